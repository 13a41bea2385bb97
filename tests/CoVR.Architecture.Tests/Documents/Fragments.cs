// What fragments of code in the documents take for granted: the namespaces, and the names that a page's text introduces.
global using CoVR;
global using CoVR.Blip;
global using CoVR.Blip2;
global using CoVR.Conformance.Parity;
global using CoVR.Data;
global using CoVR.Datasets.Annotations;
global using CoVR.Datasets.WebVidCoVR;
global using CoVR.Embedding;
global using CoVR.Evaluation;
global using CoVR.Losses;
global using CoVR.Media;
global using CoVR.Modeling;
global using CoVR.Modeling.Checkpoints;
global using CoVR.Modeling.Families;
global using CoVR.Modeling.Text;
global using CoVR.Onnx;
global using CoVR.Reranking;
global using CoVR.Reranking.Training;
global using CoVR.Retrieval;
global using CoVR.Storage;
global using CoVR.Training.Logging;
global using CoVR.Training.Mpi;
global using CoVR.Training.Runs;
global using CoVR.Reproduction.Benchmarks;
global using CoVR.Reproduction.Embedding;
global using CoVR.Reproduction.Evaluation;
global using Microsoft.Extensions.DependencyInjection;
global using Microsoft.Extensions.Logging;
global using static Fragments;

internal static class Fragments
{
    public static IServiceCollection services => null!;
    public static IServiceProvider provider => null!;
    public static ICoVRBuilder builder => null!;
    public static IComposedRetriever retriever => null!;
    public static ITripletDatasetReader reader => null!;
    public static IRetrievalProtocol protocol => null!;
    public static RetrievalPipeline pipeline => null!;
    public static BenchmarkRunOptions options => null!;
    public static BertTextTokenizer tokenizer => null!;
    public static TripletDataset dataset => null!;
    public static TripletDataset train => null!;
    public static TripletDataset validation => null!;
    public static Evaluator evaluator => null!;
    public static Trainer trainer => null!;
    public static TrainingPlan plan => null!;
    public static IReadOnlyList<MediaItem> items => null!;
    public static FolderGallery store => null!;
    public static ILogger logger => null!;
    public static TorchSharp.torch.Tensor parameter => null!;
    public static TorchSharp.torch.nn.Module module => null!;
    public static CancellationTokenSource stop => null!;
    public static string folder => "";
    public static AnyProgress progress => null!;
}

internal abstract class AnyProgress : IProgress<StepRecord>, IProgress<JobProgress>, IProgress<BenchmarkProgress>
{
    public abstract void Report(StepRecord value);

    public abstract void Report(JobProgress value);

    public abstract void Report(BenchmarkProgress value);
}

internal sealed class MyLogger(string? url) : IRunLogger
{
    public string? Url => url;
}

internal interface MyBackbone : IVisualEncoder;

internal interface MyFusion : IFusionModule;

internal interface MyVideoReader : IFrameReader;

internal interface MyReader : ITripletDatasetReader;

internal interface MyTerm : ILossTerm;
