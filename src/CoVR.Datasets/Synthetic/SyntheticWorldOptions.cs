namespace CoVR.Datasets.Synthetic;

/// <summary>The size of a synthetic world.</summary>
public sealed class SyntheticWorldOptions
{
    /// <summary>The seed of all random choices: the same seed and sizes give the same files.</summary>
    /// <value>1 by default.</value>
    public int Seed { get; set; } = 1;

    /// <summary>Width and height of pictures and clips in pixels.</summary>
    /// <value>64 by default; even, 16 to 512.</value>
    public int Side { get; set; } = 64;

    /// <summary>Standard deviation of the grain, as a part of the full range.</summary>
    /// <value>0.03 by default; 0 to 0.25.</value>
    public double Noise { get; set; } = 0.03;

    /// <summary>Training pictures, clips included.</summary>
    /// <value>9,600 by default; at least 100.</value>
    public int TrainingItems { get; set; } = 9600;

    /// <summary>Rows of the training annotations.</summary>
    /// <value>24,000 by default; at least 1.</value>
    public int TrainingTriplets { get; set; } = 24000;

    /// <summary>Validation queries; their targets show combinations that training never does.</summary>
    /// <value>100 by default; 1 to 150.</value>
    public int ValidationQueries { get; set; } = 100;

    /// <summary>Test queries; their targets show combinations that neither training nor validation does.</summary>
    /// <value>400 by default; 1 to 600.</value>
    public int TestQueries { get; set; } = 400;

    /// <summary>The test gallery: targets, unchanged references, near misses, and others until it is this large.</summary>
    /// <value>1,200 by default, 1 to 1,500; more if targets and near misses need it.</value>
    public int GalleryItems { get; set; } = 1200;

    /// <summary>How many items of the training set are clips instead of pictures.</summary>
    /// <value>24 by default.</value>
    public int TrainingClips { get; set; } = 24;

    /// <summary>How many items of the test gallery are clips: half of them targets, a quarter references.</summary>
    /// <value>60 by default.</value>
    public int GalleryClips { get; set; } = 60;

    /// <summary>Frames of a clip.</summary>
    /// <value>12 by default; 2 to 120.</value>
    public int ClipFrames { get; set; } = 12;

    /// <summary>Every fault of these options, one sentence each.</summary>
    /// <returns>Empty if they are valid.</returns>
    internal IReadOnlyList<string> Faults()
    {
        List<string> faults = [];
        Require(Side is >= 16 and <= 512 && Side % 2 == 0, $"Side is {Side}; it must be even and from 16 to 512.");
        Require(Noise is >= 0 and <= 0.25, $"Noise is {Noise}; it must be from 0 to 0.25.");
        Require(TrainingItems is >= 100 and <= 1_000_000, $"TrainingItems is {TrainingItems}; it must be from 100 to 1,000,000.");
        Require(TrainingTriplets is >= 1 and <= 10_000_000, $"TrainingTriplets is {TrainingTriplets}; it must be from 1 to 10,000,000.");
        Require(ValidationQueries is >= 1 and <= 150, $"ValidationQueries is {ValidationQueries}; it must be from 1 to 150.");
        Require(TestQueries is >= 1 and <= 600, $"TestQueries is {TestQueries}; it must be from 1 to 600.");
        Require(GalleryItems is >= 1 and <= 1500, $"GalleryItems is {GalleryItems}; it must be from 1 to 1,500.");
        Require(TrainingClips >= 0 && TrainingClips <= TrainingItems, $"TrainingClips is {TrainingClips}; it must be from 0 to TrainingItems.");
        Require(GalleryClips >= 0 && GalleryClips <= GalleryItems, $"GalleryClips is {GalleryClips}; it must be from 0 to GalleryItems.");
        Require(ClipFrames is >= 2 and <= 120, $"ClipFrames is {ClipFrames}; it must be from 2 to 120.");
        return faults;

        void Require(bool holds, string fault)
        {
            if (!holds)
            {
                faults.Add(fault);
            }
        }
    }
}
