using System.Text.Json;
using CoVR.Construction.Chat;
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
    private static readonly ChatResponseFormat Format = ChatResponseFormat.ForJsonSchema(
        JsonDocument.Parse("""
            {"type": "object", "properties": {"edits": {"type": "array", "items": {"type": "string"}}}, "required": ["edits"], "additionalProperties": false}
            """).RootElement,
        "edits");

    private readonly ChatEditOptions _options;
    private readonly EditPrompt _prompt;
    private readonly ChatCalls _calls;

    /// <summary>Creates a writer and opens its journal.</summary>
    /// <param name="client">The client of the model; the caller disposes it.</param>
    /// <param name="journal">The file of answers, one JSON object a line; made when missing.</param>
    /// <param name="options">How to ask; null for the defaults.</param>
    /// <param name="time">The clock of waits; null for the system's.</param>
    /// <exception cref="ConstructionException">The journal or a file of the prompt cannot be read.</exception>
    /// <exception cref="Microsoft.Extensions.Options.OptionsValidationException">Options are at fault.</exception>
    public ChatEditWriter(IChatClient client, string journal, ChatEditOptions? options = null, TimeProvider? time = null)
    {
        ArgumentNullException.ThrowIfNull(client);
        ArgumentException.ThrowIfNullOrWhiteSpace(journal);
        _options = options ?? new ChatEditOptions();
        OptionsFaults.ThrowIfAny(_options);
        _prompt = new EditPrompt(_options);
        _calls = new ChatCalls(client, journal, _options, time ?? TimeProvider.System);
    }

    /// <summary>Tokens of all answers in the journal.</summary>
    public long TokensUsed => _calls.Totals.Tokens;

    /// <inheritdoc/>
    public string Fingerprint => $"chat {_calls.Model} {_options.Candidates} {_options.Attempts} {_options.MaxWords} {_prompt.Template}";

    /// <inheritdoc/>
    public string Spent => _calls.Spent;

    /// <inheritdoc/>
    public string Estimate(long requests)
    {
        const int LettersPerToken = 4, AnswerTokens = 20;
        return _calls.Estimate(requests, _prompt.Template.Length / LettersPerToken, AnswerTokens * _options.Candidates);
    }

    /// <inheritdoc/>
    public async ValueTask<EditAnswer> WriteAsync(EditRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        var prompt = _prompt.For(request);
        var hash = Ledger.Hash(prompt, _calls.Model);
        var check = new EditCheck(request, _options.MaxWords);
        string? fault = null;
        for (var attempt = 0; attempt < _options.Attempts; attempt++)
        {
            var key = $"{hash}-{attempt}";
            var answer = await _calls.AskAsync(key, () => new ChatMessage(ChatRole.User, prompt), Format, cancellationToken).ConfigureAwait(false);
            if (answer.Text is null)
            {
                return new EditAnswer([]) { Fault = $"language model: {answer.Fault}", Source = hash };
            }

            var texts = check.Keep(answer.Text, out fault);
            if (texts.Count > 0)
            {
                return new EditAnswer(texts) { Source = key };
            }
        }

        return new EditAnswer([]) { Fault = $"language model: {fault}", Source = hash };
    }

    /// <inheritdoc/>
    public void Dispose() => _calls.Dispose();
}
