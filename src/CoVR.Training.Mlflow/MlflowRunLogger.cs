using System.Text.Json.Nodes;
using System.Threading.Channels;
using CoVR.Training.Logging;
using Microsoft.Extensions.Logging;

namespace CoVR.Training.Mlflow;

/// <summary>Sends metrics and configuration to an MLflow tracking server, in the background.</summary>
/// <remarks>
/// Network faults never end or slow down a training: requests are retried, then the metrics go to <c>unsent.jsonl</c> in
/// <see cref="MlflowOptions.Folder"/>, and a warning is logged at the end. A resumed run continues its MLflow run and skips the steps that
/// the server already has.
/// </remarks>
public sealed partial class MlflowRunLogger : IRunLogger, IDisposable
{
    private const int LargestBatch = 500;
    private const int LargestParameters = 100;
    private const int LongestParameter = 500;
    private const string RunFile = "run_id.txt";

    private readonly MlflowOptions _options;
    private readonly MlflowClient _client;
    private readonly ILogger _logger;
    private readonly string _prefix;
    private Channel<JsonObject> _queue = Channel.CreateUnbounded<JsonObject>();
    private Task _sending = Task.CompletedTask;
    private string? _run;
    private string? _fault;
    private long _unsent;

    /// <summary>Creates a logger; nothing is sent before the run starts.</summary>
    /// <param name="options">Where to send.</param>
    /// <param name="loggers">Receives the warning about unsent metrics; null: no logging.</param>
    /// <param name="time">The clock; null: the system clock.</param>
    public MlflowRunLogger(MlflowOptions options, ILoggerFactory? loggers = null, TimeProvider? time = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.LogInterval, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Attempts, 1);
        (_options, _prefix) = (options, string.IsNullOrEmpty(options.Prefix) ? string.Empty : options.Prefix + "-");
        _client = new MlflowClient(options, time ?? TimeProvider.System);
        _logger = (loggers ?? Microsoft.Extensions.Logging.Abstractions.NullLoggerFactory.Instance).CreateLogger<MlflowRunLogger>();
    }

    private string Unsent => Path.Combine(_options.Folder, "unsent.jsonl");

    /// <inheritdoc/>
    public void Start(int epoch, long step, long totalSteps, IReadOnlyDictionary<string, string> configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        Directory.CreateDirectory(_options.Folder);
        _queue = Channel.CreateUnbounded<JsonObject>(new UnboundedChannelOptions { SingleReader = true });
        (_run, _fault, _unsent) = (null, null, 0);
        var (reader, fresh) = (_queue.Reader, step == 0 && epoch == 0);
        _sending = Task.Run(() => SendAllAsync(reader, configuration, fresh));
    }

    /// <inheritdoc/>
    public void LogStep(StepRecord record)
    {
        ArgumentNullException.ThrowIfNull(record);
        if ((record.Step - 1) % _options.LogInterval == 0)
        {
            Enqueue(record.Step, record.Metrics(_prefix));
        }
    }

    /// <inheritdoc/>
    public void LogEpoch(EpochRecord record)
    {
        ArgumentNullException.ThrowIfNull(record);
        Enqueue(record.Step, record.Metrics(_prefix));
    }

    /// <inheritdoc/>
    /// <remarks>Waits until everything was sent or given up.</remarks>
    public void Finish(Exception? fault)
    {
        _queue.Writer.TryComplete();
        _sending.GetAwaiter().GetResult();
        if (_run is { } run)
        {
            var status = fault switch { null => "FINISHED", OperationCanceledException => "KILLED", _ => "FAILED" };
            Attempt(() => _client.SetStatusAsync(run, status, CancellationToken.None)).GetAwaiter().GetResult();
        }

        if (_fault is not null)
        {
            LogUnsent(_logger, _options.TrackingUri, _fault, _unsent, Unsent);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _queue.Writer.TryComplete();
        _client.Dispose();
    }

    private void Enqueue(long step, IReadOnlyList<(string Name, double Value)> metrics)
    {
        var time = _client.Now();
        foreach (var (name, value) in metrics)
        {
            _queue.Writer.TryWrite(new JsonObject { ["key"] = Allowed(name), ["value"] = value, ["timestamp"] = time, ["step"] = step });
        }
    }

    private async Task SendAllAsync(ChannelReader<JsonObject> queue, IReadOnlyDictionary<string, string> configuration, bool fresh)
    {
        IReadOnlyDictionary<string, long> known = new Dictionary<string, long>();
        await Attempt(async () => (_run, known) = await OpenAsync(configuration, fresh).ConfigureAwait(false)).ConfigureAwait(false);
        List<JsonObject> batch = [];
        while (await queue.WaitToReadAsync().ConfigureAwait(false))
        {
            while (batch.Count < LargestBatch && queue.TryRead(out var metric))
            {
                if (!known.TryGetValue((string)metric["key"]!, out var last) || (long)metric["step"]! > last)
                {
                    batch.Add(metric);
                }
            }

            await SendBatchAsync(batch).ConfigureAwait(false);
            batch.Clear();
        }
    }

    private async Task SendBatchAsync(List<JsonObject> batch)
    {
        var sent = batch.Count == 0 || (_run is { } run && await Attempt(() => _client.LogAsync(run, [.. batch], [], CancellationToken.None)).ConfigureAwait(false));
        if (!sent)
        {
            _unsent += batch.Count;
            await File.AppendAllLinesAsync(Unsent, batch.Select(metric => metric.ToJsonString())).ConfigureAwait(false);
        }
    }

    /// <summary>Creates the run, or reopens the one whose id is in the folder.</summary>
    private async Task<(string Run, IReadOnlyDictionary<string, long> Known)> OpenAsync(IReadOnlyDictionary<string, string> configuration, bool fresh)
    {
        var file = Path.Combine(_options.Folder, RunFile);
        if (!fresh && File.Exists(file))
        {
            var known = (await File.ReadAllTextAsync(file).ConfigureAwait(false)).Trim();
            await _client.SetStatusAsync(known, "RUNNING", CancellationToken.None).ConfigureAwait(false);
            return (known, await _client.LastStepsAsync(known, CancellationToken.None).ConfigureAwait(false));
        }

        var run = await _client.CreateRunAsync(await _client.ExperimentAsync(CancellationToken.None).ConfigureAwait(false), CancellationToken.None).ConfigureAwait(false);
        await File.WriteAllTextAsync(file, run).ConfigureAwait(false);
        foreach (var some in configuration.Chunk(LargestParameters))
        {
            JsonArray parameters = [.. some.Select(pair => new JsonObject { ["key"] = Allowed(pair.Key), ["value"] = pair.Value.Length <= LongestParameter ? pair.Value : pair.Value[..LongestParameter] })];
            await Attempt(() => _client.LogAsync(run, [], parameters, CancellationToken.None)).ConfigureAwait(false);
        }

        return (run, new Dictionary<string, long>());
    }

    private async Task<bool> Attempt(Func<Task> send)
    {
        try
        {
            await send().ConfigureAwait(false);
            return true;
        }
        catch (Exception error) when (error is MlflowException or IOException or UnauthorizedAccessException)
        {
            _fault ??= error.Message;
            return false;
        }
    }

    /// <summary>MLflow allows letters, digits, <c>_ - . /</c> and spaces in names.</summary>
    private static string Allowed(string name) => string.Concat(name.Select(letter => char.IsAsciiLetterOrDigit(letter) || letter is '_' or '-' or '.' or '/' or ' ' ? letter : '_'));

    [LoggerMessage(22, LogLevel.Warning, "The MLflow server {Server} did not accept everything ({Fault}); {Unsent} metrics are in {Path}.")]
    private static partial void LogUnsent(ILogger logger, Uri server, string fault, long unsent, string path);
}
