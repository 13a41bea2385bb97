using CoVR.TestSupport;

namespace CoVR.Construction.Tests;

/// <summary>A small construction whose test split is reviewed.</summary>
internal sealed class MadeReview : IDisposable
{
    private static readonly string[] Colours = ["red", "blue", "green", "white"];
    private static readonly string[] Shapes = ["ball", "cube", "ring", "star", "cross"];

    private MadeReview(TemporaryFolder folder) => Folder = folder;

    public TemporaryFolder Folder { get; }

    public required ConstructionOptions Options { get; init; }

    public static async Task<MadeReview> CreateAsync()
    {
        var folder = new TemporaryFolder();
        var made = new MadeReview(folder) { Options = MadeCaptions.Options(folder, Colours.SelectMany(colour => Shapes.Select(shape => $"a {colour} {shape} on a table"))) };
        made.Options.Split.TestShare = 0.3;
        made.Options.Split.DivideConnected = true;
        await made.RunAsync();
        return made;
    }

    public Task<IReadOnlyList<StageReport>> RunAsync() => new ConstructionPipeline(Options).RunAsync(cancellationToken: TestContext.Current.CancellationToken);

    public Task<ReviewQueue> OpenAsync(TimeProvider? time = null) => ReviewQueue.OpenAsync(Options.WorkFile, time: time, cancellationToken: TestContext.Current.CancellationToken);

    public string[] Exported(string name) => File.ReadAllLines(Folder["dataset", name]);

    public void Dispose() => Folder.Dispose();
}
