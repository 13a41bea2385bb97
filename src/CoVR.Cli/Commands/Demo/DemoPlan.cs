using CoVR.Datasets.Synthetic;

namespace CoVR.Cli.Commands.Demo;

/// <summary>The size of the synthetic world and the length of training.</summary>
/// <param name="Model">The model family.</param>
/// <param name="World">The world.</param>
/// <param name="Pretraining">Steps on pictures and captions, items in a batch, and steps before hard batches come.</param>
/// <param name="Composition">The same for edits.</param>
internal sealed record DemoPlan(string Model, SyntheticWorldOptions World, (int Steps, int Batch, int Ordinary) Pretraining, (int Steps, int Batch, int Ordinary) Composition)
{
    /// <summary>The plan for a command line.</summary>
    public static DemoPlan For(DemoArguments arguments) => arguments.Quick
        ? new DemoPlan(
            arguments.Model,
            new SyntheticWorldOptions
            {
                Seed = arguments.Seed,
                TrainingItems = 600,
                TrainingTriplets = 800,
                TestQueries = 40,
                ValidationQueries = 10,
                GalleryItems = 500,
                TrainingClips = 2,
                GalleryClips = 4,
            },
            (150, 32, 100),
            (100, 32, 0))
        : new DemoPlan(arguments.Model, new SyntheticWorldOptions { Seed = arguments.Seed }, (SmallModel.All[arguments.Model].Steps.Pretraining, 48, 250), (SmallModel.All[arguments.Model].Steps.Composition, 64, 0));
}
