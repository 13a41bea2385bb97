using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace CoVR.Training.Mlflow;

/// <summary>The calls of MLflow's REST API 2.0 that a run needs, each with retries.</summary>
internal sealed class MlflowClient : IDisposable
{
    private readonly HttpClient _http;
    private readonly MlflowOptions _options;
    private readonly TimeProvider _time;
    private bool _isDown;

    internal MlflowClient(MlflowOptions options, TimeProvider time)
    {
        (_options, _time) = (options, time);
        _http = new HttpClient { BaseAddress = new Uri(options.TrackingUri, "api/2.0/mlflow/"), Timeout = options.Timeout };
        if (options.Token is { } token)
        {
            _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        }
    }

    /// <summary>The experiment's id; the experiment is created if it does not exist.</summary>
    internal async Task<string> ExperimentAsync(CancellationToken cancellationToken)
    {
        try
        {
            var known = await SendAsync(HttpMethod.Get, "experiments/get-by-name?experiment_name=" + Uri.EscapeDataString(_options.Experiment), null, cancellationToken).ConfigureAwait(false);
            return Text(known["experiment"], "experiment_id");
        }
        catch (MlflowException error) when (error.Status == HttpStatusCode.NotFound)
        {
            var made = await SendAsync(HttpMethod.Post, "experiments/create", new JsonObject { ["name"] = _options.Experiment }, cancellationToken).ConfigureAwait(false);
            return Text(made, "experiment_id");
        }
    }

    internal async Task<string> CreateRunAsync(string experiment, CancellationToken cancellationToken)
    {
        var made = await SendAsync(
            HttpMethod.Post,
            "runs/create",
            new JsonObject { ["experiment_id"] = experiment, ["run_name"] = _options.RunName, ["start_time"] = Now() },
            cancellationToken).ConfigureAwait(false);
        return Text(made["run"]?["info"], "run_id");
    }

    /// <summary>The last step that the server has of each metric of a run.</summary>
    internal async Task<IReadOnlyDictionary<string, long>> LastStepsAsync(string run, CancellationToken cancellationToken)
    {
        var answer = await SendAsync(HttpMethod.Get, "runs/get?run_id=" + Uri.EscapeDataString(run), null, cancellationToken).ConfigureAwait(false);
        Dictionary<string, long> steps = new(StringComparer.Ordinal);
        foreach (var metric in answer["run"]?["data"]?["metrics"] as JsonArray ?? [])
        {
            // Protobuf's JSON writes 64-bit numbers as strings.
            steps[Text(metric, "key")] = long.Parse(Text(metric, "step"), System.Globalization.CultureInfo.InvariantCulture);
        }

        return steps;
    }

    internal Task LogAsync(string run, JsonArray metrics, JsonArray parameters, CancellationToken cancellationToken) => SendAsync(
        HttpMethod.Post, "runs/log-batch", new JsonObject { ["run_id"] = run, ["metrics"] = metrics, ["params"] = parameters }, cancellationToken);

    /// <summary>Sets <c>RUNNING</c>, <c>FINISHED</c>, <c>KILLED</c> or <c>FAILED</c>.</summary>
    internal Task SetStatusAsync(string run, string status, CancellationToken cancellationToken)
    {
        var body = new JsonObject { ["run_id"] = run, ["status"] = status };
        if (status != "RUNNING")
        {
            body["end_time"] = Now();
        }

        return SendAsync(HttpMethod.Post, "runs/update", body, cancellationToken);
    }

    public void Dispose() => _http.Dispose();

    /// <summary>Milliseconds since 1970.</summary>
    internal long Now() => _time.GetUtcNow().ToUnixTimeMilliseconds();

    private async Task<JsonNode> SendAsync(HttpMethod method, string path, JsonObject? body, CancellationToken cancellationToken)
    {
        var text = body?.ToJsonString();
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                var answer = await SendOnceAsync(method, path, text, cancellationToken).ConfigureAwait(false);
                _isDown = false;
                return answer;
            }
            catch (MlflowException error) when (error.IsTransient)
            {
                // After giving up once, try each request only once until the server answers again.
                if (_isDown || attempt == _options.Attempts)
                {
                    _isDown = true;
                    throw;
                }

                await Task.Delay(TimeSpan.FromMilliseconds(Math.Min(10_000, 250 << attempt)), _time, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private async Task<JsonNode> SendOnceAsync(HttpMethod method, string path, string? body, CancellationToken cancellationToken)
    {
        try
        {
            using var request = new HttpRequestMessage(method, path);
            request.Content = body is null ? null : new StringContent(body, Encoding.UTF8, "application/json");
            using var response = await _http.SendAsync(request, cancellationToken).ConfigureAwait(false);
            var text = await response.Content.ReadAsStringAsync(cancellationToken).ConfigureAwait(false);
            return response.IsSuccessStatusCode
                ? JsonNode.Parse(text.Length == 0 ? "{}" : text) ?? new JsonObject()
                : throw new MlflowException($"{path.Split('?')[0]}: status {(int)response.StatusCode}, {MlflowException.Shorten(text)}", response.StatusCode);
        }
        catch (Exception error) when (error is HttpRequestException or JsonException || (error is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            throw new MlflowException($"{path.Split('?')[0]}: {(error is OperationCanceledException ? "no answer in time" : error.Message)}", null, error);
        }
    }

    private static string Text(JsonNode? node, string name) =>
        node?[name]?.ToString() ?? throw new MlflowException($"the server's answer lacks '{name}'", HttpStatusCode.OK);
}

/// <summary>A request failed.</summary>
internal sealed class MlflowException(string message, HttpStatusCode? status, Exception? cause = null) : CoVRException(message, cause)
{
    /// <summary>The status of the response; null if there was none.</summary>
    internal HttpStatusCode? Status => status;

    /// <summary>Whether a retry may help.</summary>
    internal bool IsTransient => status is null or HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests || (int)status >= 500;

    internal static string Shorten(string text) => text.Length <= 200 ? text : text[..200] + "…";
}
