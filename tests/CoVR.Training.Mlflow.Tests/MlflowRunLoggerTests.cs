using System.Text.Json.Nodes;
using CoVR.TestSupport;
using CoVR.TestSupport.Downloads;
using CoVR.Training.Logging;
using Microsoft.Extensions.DependencyInjection;

namespace CoVR.Training.Mlflow.Tests;

public sealed class MlflowRunLoggerTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Logger_WholeRun_MakesExperimentAndRunAndSendsEverything()
    {
        var mlflow = new FakeMlflow();
        await using var server = new ScriptedServer(mlflow.Answer);

        Story.Whole(Logger(server));

        Assert.Equal("CoVR", mlflow.Experiment);
        Assert.Equal("FINISHED", mlflow.Status);
        Assert.Equal("1e-05", mlflow.Parameters["model.lr"]);
        Assert.Equal([(1, 1.0), (2, 0.5), (3, 1 / 3.0), (4, 0.25), (5, 0.2), (6, 1 / 6.0)], mlflow.Of("loss"));
        Assert.Equal([(3, 10.0), (6, 11.0)], mlflow.Of("val/R1"));
        Assert.Equal("run-1", File.ReadAllText(Path.Combine(_folder.FullName, "run_id.txt")));
        Assert.All(server.Requests, request => Assert.Equal("Bearer secret", request.Header("Authorization")));
        Assert.False(File.Exists(Path.Combine(_folder.FullName, "unsent.jsonl")));
    }

    [Fact]
    public async Task Start_Resumed_GoesOnInTheSameRunWithoutRepeats()
    {
        var mlflow = new FakeMlflow();
        await using var server = new ScriptedServer(mlflow.Answer);
        var killed = Logger(server);
        Story.Start(killed);
        Story.Steps(killed, 1, 5);
        killed.Finish(new OperationCanceledException());
        Assert.Equal("KILLED", mlflow.Status);

        var resumed = Logger(server);
        Story.Start(resumed, 0, 2);
        Story.Steps(resumed, 3, 6);
        resumed.Finish(null);

        Assert.Equal([1, 2, 3, 4, 5, 6], mlflow.Of("loss").Select(entry => entry.Step));
        Assert.Equal((1, "FINISHED"), (mlflow.Runs, mlflow.Status));
    }

    [Fact]
    public async Task Logger_ServerThatFailsAtTimes_IsAskedAgain()
    {
        var mlflow = new FakeMlflow();
        var count = 0;
        await using var server = new ScriptedServer(request => Interlocked.Increment(ref count) % 2 == 1 ? ScriptedReply.Text(503, "busy") : mlflow.Answer(request));

        Story.Whole(Logger(server));

        Assert.Equal(6, mlflow.Of("loss").Count());
        Assert.Equal("FINISHED", mlflow.Status);
    }

    [Fact]
    public async Task Logger_ServerThatRefusesMetrics_KeepsThemInAFileAndEndsInPeace()
    {
        var mlflow = new FakeMlflow();
        await using var server = new ScriptedServer(request =>
            request.Path.EndsWith("log-batch", StringComparison.Ordinal) && request.Body.Contains("\"metrics\":[{", StringComparison.Ordinal) ? ScriptedReply.Text(400, "no") : mlflow.Answer(request));

        Story.Whole(Logger(server));

        var rows = File.ReadAllLines(Path.Combine(_folder.FullName, "unsent.jsonl")).Select(row => JsonNode.Parse(row)!).ToList();
        Assert.Equal([1, 2, 3, 4, 5, 6], rows.Where(row => (string)row["key"]! == "loss").Select(row => (int)row["step"]!));
    }

    [Fact]
    public void Logger_NoServer_KeepsEverythingInAFile()
    {
        var options = new MlflowOptions { TrackingUri = new Uri("http://127.0.0.1:9/"), Folder = _folder.FullName, Attempts = 1 };

        Story.Whole(new MlflowRunLogger(options));

        Assert.Equal(6, File.ReadAllLines(Path.Combine(_folder.FullName, "unsent.jsonl")).Count(row => row.Contains("\"loss\"", StringComparison.Ordinal)));
    }

    [Fact]
    public void AddMlflowLogger_TrackingUriOfAFolder_SaysThatAServerIsNeeded()
    {
        using var services = new ServiceCollection().AddCoVR().AddTraining().AddMlflowLogger().Services.BuildServiceProvider();
        var context = new RunLoggerContext(_folder.FullName) { Settings = new Dictionary<string, string?> { ["tracking_uri"] = "logs/mlflow/mlruns" } };

        var error = Assert.Throws<ArgumentException>(() => services.CreateRunLogger("mlflow", context));
        var unknown = Assert.Throws<ArgumentException>(() => services.CreateRunLogger("mlflaw", context));

        Assert.Contains("mlflow server", error.Message, StringComparison.Ordinal);
        Assert.Contains("Known: none, csv, tensorboard, console, mlflow.", unknown.Message, StringComparison.Ordinal);
    }

    private MlflowRunLogger Logger(ScriptedServer server) =>
        new(new MlflowOptions { TrackingUri = server[""], Folder = _folder.FullName, Token = "secret", Attempts = 3 });

    /// <summary>As much of a tracking server as the logger meets.</summary>
    private sealed class FakeMlflow
    {
        private readonly List<JsonNode> _metrics = [];

        public string? Experiment { get; private set; }

        public int Runs { get; private set; }

        public string? Status { get; private set; }

        public Dictionary<string, string> Parameters { get; } = [];

        public IEnumerable<(int Step, double Value)> Of(string key) =>
            _metrics.Where(metric => (string)metric["key"]! == key).Select(metric => ((int)metric["step"]!, (double)metric["value"]!));

        public ScriptedReply Answer(ScriptedRequest request)
        {
            var body = request.Body.Length == 0 ? new JsonObject() : JsonNode.Parse(request.Body)!;
            return request.Path["api/2.0/mlflow/".Length..].Split('?')[0] switch
            {
                "experiments/get-by-name" when Experiment is null => ScriptedReply.Text(404, """{"error_code":"RESOURCE_DOES_NOT_EXIST"}"""),
                "experiments/get-by-name" => ScriptedReply.Text(200, """{"experiment":{"experiment_id":"7"}}"""),
                "experiments/create" => Create((string)body["name"]!),
                "runs/create" => ScriptedReply.Text(200, "{\"run\":{\"info\":{\"run_id\":\"run-" + ++Runs + "\"}}}"),
                "runs/get" => ScriptedReply.Text(200, LastMetrics()),
                "runs/update" => Update(body),
                "runs/log-batch" => Log(body),
                _ => ScriptedReply.Text(404, "?"),
            };
        }

        private ScriptedReply Create(string name)
        {
            Experiment = name;
            return ScriptedReply.Text(200, """{"experiment_id":"7"}""");
        }

        private string LastMetrics() => new JsonObject
        {
            ["run"] = new JsonObject
            {
                ["data"] = new JsonObject
                {
                    ["metrics"] = new JsonArray([.. _metrics.GroupBy(metric => (string)metric["key"]!).Select(group => new JsonObject { ["key"] = group.Key, ["step"] = $"{group.Max(metric => (int)metric["step"]!)}" })]),
                },
            },
        }.ToJsonString();

        private ScriptedReply Update(JsonNode body)
        {
            Status = (string)body["status"]!;
            return ScriptedReply.Text(200, "{}");
        }

        private ScriptedReply Log(JsonNode body)
        {
            Assert.InRange(body["metrics"]!.AsArray().Count, 0, 1000);
            _metrics.AddRange(body["metrics"]!.AsArray().Select(metric => metric!.DeepClone()));
            foreach (var parameter in body["params"]!.AsArray())
            {
                Parameters[(string)parameter!["key"]!] = (string)parameter["value"]!;
            }

            return ScriptedReply.Text(200, "{}");
        }
    }
}

/// <summary>The calls of a run of two epochs of three steps.</summary>
internal static class Story
{
    internal static void Start(IRunLogger logger, int epoch = 0, long step = 0) =>
        logger.Start(epoch, step, 6, new Dictionary<string, string> { ["seed"] = "1234", ["model.lr"] = "1e-05" });

    internal static void Steps(IRunLogger logger, int from, int to)
    {
        for (var step = from; step <= to; step++)
        {
            logger.LogStep(new StepRecord((step - 1) / 3, step, 0.5 / step, 1.0 / step, new Dictionary<string, double> { ["si_ti"] = 2.0 / step }, null));
        }
    }

    internal static void Whole(IRunLogger logger)
    {
        Start(logger);
        for (var epoch = 0; epoch < 2; epoch++)
        {
            Steps(logger, (3 * epoch) + 1, 3 * (epoch + 1));
            var report = new Data.RetrievalReport("made-up", "R@1", new Dictionary<string, double> { ["R@1"] = 10 + epoch }, 1, 1, new Dictionary<string, string>());
            logger.LogEpoch(new EpochRecord(epoch, 3 * (epoch + 1), 0.25 * (epoch + 1), report));
        }

        logger.Finish(null);
    }
}
