using System.Globalization;
using System.Text.Json;
using CoVR.Construction.Edits;
using CoVR.Construction.Work;
using Microsoft.Extensions.AI;

namespace CoVR.Construction;

/// <summary>Lets a language model write modification texts: one call for a caption pair and direction, several candidates, each checked.</summary>
/// <remarks>
/// Every answer, with model, hash of the prompt and tokens, is appended to a journal before it is used, so that no run asks again for what an earlier one was
/// answered. Safe for several threads; dispose it to close the journal.
/// </remarks>
public sealed class ChatEditWriter : IEditWriter, IDisposable
{
    private const string BuiltInPrompt = """
        A user looks at a picture or video and asks for a similar one in which something is changed.
        Shown: {reference}
        Wanted: {target}
        Gone: "{removed}". New: "{added}".
        Write {count} different short instructions, in the language of the descriptions, that a person would give to get from what is shown to what is wanted.
        Name what is new. Do not describe what stays the same, do not repeat a description, and do not speak of captions, images or videos.
        Example: shown "a red car on a road", wanted "a blue car on a road": "make the car blue", "paint it blue", "the same in blue".
        Answer with JSON: {"edits": ["…"]}
        """;

    private static readonly JsonElement Schema = JsonDocument.Parse("""
        {"type": "object", "properties": {"edits": {"type": "array", "items": {"type": "string"}}}, "required": ["edits"], "additionalProperties": false}
        """).RootElement;

    private readonly IChatClient _client;
    private readonly ChatEditOptions _options;
    private readonly AnswerJournal _journal;
    private readonly TimeProvider _time;
    private readonly string _prompt;
    private readonly string _model;

    /// <summary>Creates a writer and opens its journal.</summary>
    /// <param name="client">The client of the model; the caller disposes it.</param>
    /// <param name="journal">The file of answers, one JSON object a line; made when missing.</param>
    /// <param name="options">How to ask; null for the defaults.</param>
    /// <param name="time">The clock of waits; null for the system's.</param>
    /// <exception cref="ConstructionException">The journal or the prompt file cannot be read.</exception>
    /// <exception cref="Microsoft.Extensions.Options.OptionsValidationException">Options are at fault.</exception>
    public ChatEditWriter(IChatClient client, string journal, ChatEditOptions? options = null, TimeProvider? time = null)
    {
        ArgumentNullException.ThrowIfNull(client);
        ArgumentException.ThrowIfNullOrWhiteSpace(journal);
        (_client, _options, _time) = (client, options ?? new ChatEditOptions(), time ?? TimeProvider.System);
        OptionsFaults.ThrowIfAny(_options);
        _model = _options.Model ?? client.GetService<ChatClientMetadata>()?.DefaultModelId ?? "";
        _prompt = _options.PromptFile is { } file ? ReadPrompt(file) : BuiltInPrompt;
        _journal = AnswerJournal.Open(journal);
    }

    /// <summary>Tokens of all answers in the journal.</summary>
    public long TokensUsed => _journal.Tokens;

    /// <inheritdoc/>
    public string Fingerprint => $"chat {_model} {_options.Candidates} {_options.Attempts} {_options.MaxWords} {_prompt}";

    /// <inheritdoc/>
    public string Estimate(long requests)
    {
        const int LettersPerToken = 4, AnswerTokens = 20;
        var tokens = requests * ((_prompt.Length / LettersPerToken) + (AnswerTokens * (_options.Candidates + 1)));
        return string.Create(CultureInfo.InvariantCulture, $"{requests:N0} calls of {(_model.Length == 0 ? "the model" : _model)}, about {tokens:N0} tokens; {TokensUsed:N0} are in the journal");
    }

    /// <inheritdoc/>
    public async ValueTask<EditAnswer> WriteAsync(EditRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        var prompt = _prompt
            .Replace("{reference}", request.Reference, StringComparison.Ordinal).Replace("{target}", request.Target, StringComparison.Ordinal)
            .Replace("{removed}", request.Removed, StringComparison.Ordinal).Replace("{added}", request.Added, StringComparison.Ordinal)
            .Replace("{count}", _options.Candidates.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal);
        var hash = Ledger.Hash(prompt, _model);
        var check = new EditCheck(request, _options.MaxWords);
        string? fault = null;
        for (var attempt = 0; attempt < _options.Attempts; attempt++)
        {
            var key = $"{hash}-{attempt}";
            var answer = _journal.Find(key) ?? await AskAsync(key, prompt, cancellationToken).ConfigureAwait(false);
            var texts = check.Keep(answer, out var reason);
            if (texts.Count > 0)
            {
                return new EditAnswer(texts) { Source = key };
            }

            fault = reason;
        }

        return new EditAnswer([]) { Fault = $"language model: {fault}", Source = hash };
    }

    /// <inheritdoc/>
    public void Dispose() => _journal.Dispose();

    private static string ReadPrompt(string file)
    {
        try
        {
            return File.ReadAllText(file);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new ConstructionException($"Prompt file '{file}'", $"it cannot be read ({error.Message}); check the path.", error);
        }
    }

    private async Task<string> AskAsync(string key, string prompt, CancellationToken cancellationToken)
    {
        if (_options.TokenBudget > 0 && _journal.Tokens >= _options.TokenBudget)
        {
            throw new ConstructionException("Language model", FormattableString.Invariant(
                $"the budget of {_options.TokenBudget:N0} tokens is used up ({_journal.Tokens:N0}); every answer is kept, raise the budget and run again to go on."));
        }

        var options = new ChatOptions { ModelId = _options.Model, ResponseFormat = ChatResponseFormat.ForJsonSchema(Schema, "edits") };
        var response = await CallAsync(prompt, options, cancellationToken).ConfigureAwait(false);
        _journal.Append(key, response.ModelId ?? _model, response.Text, response.Usage?.InputTokenCount ?? 0, response.Usage?.OutputTokenCount ?? 0);
        return response.Text;
    }

    private async Task<ChatResponse> CallAsync(string prompt, ChatOptions options, CancellationToken cancellationToken)
    {
        for (var failures = 0; ; failures++)
        {
            try
            {
                return await _client.GetResponseAsync(prompt, options, cancellationToken).ConfigureAwait(false);
            }
            catch (Exception error) when (!cancellationToken.IsCancellationRequested)
            {
                if (failures == _options.Retries)
                {
                    throw new ConstructionException("Language model", $"it failed {failures + 1} times, at last: {error.Message} Every answer is kept; run again to go on.", error);
                }

                await Task.Delay(_options.RetryDelay * Math.Pow(2, failures), _time, cancellationToken).ConfigureAwait(false);
            }
        }
    }
}
