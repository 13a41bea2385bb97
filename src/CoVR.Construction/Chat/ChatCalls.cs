using System.Globalization;
using Microsoft.Extensions.AI;

namespace CoVR.Construction.Chat;

/// <summary>
/// Calls of a chat model: each answer is kept in a journal before it is used; calls are paced, repeated while the service is not available, and stop at a budget. Safe for
/// several threads.
/// </summary>
internal sealed class ChatCalls : IDisposable
{
    // A model that takes no pictures, or knows no schema, rejects every request.
    private const int MaxRejected = 10;

    // Beyond it the run stops, rather than sleep for hours.
    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(10);

    private readonly IChatClient _client;
    private readonly ChatCallOptions _options;
    private readonly TimeProvider _time;
    private readonly AnswerJournal _journal;
    private readonly CallPace _pace;
    private int _rejected;

    /// <summary>Opens the journal.</summary>
    /// <exception cref="ConstructionException">The journal cannot be read.</exception>
    public ChatCalls(IChatClient client, string journal, ChatCallOptions options, TimeProvider time)
    {
        (_client, _options, _time, _pace) = (client, options, time, new CallPace(options, time));
        Model = options.Model ?? client.GetService<ChatClientMetadata>()?.DefaultModelId ?? "";
        _journal = AnswerJournal.Open(journal);
    }

    /// <summary>The name of the model; empty if unknown.</summary>
    public string Model { get; }

    /// <summary>What all answers in the journal cost.</summary>
    public AnswerTotals Totals => _journal.Totals;

    /// <summary>Tokens in the journal, and their cost where prices are known.</summary>
    public string Spent => $"{_journal.Totals.Tokens.ToString("N0", CultureInfo.InvariantCulture)} tokens{CostOf(_journal.Totals.InputTokens, _journal.Totals.OutputTokens)}";

    /// <summary>Says what calls would cost: by the mean of the answers in the journal, else by a guess.</summary>
    /// <param name="calls">How many.</param>
    /// <param name="input">Tokens that a call reads, guessed.</param>
    /// <param name="output">Tokens that it writes, guessed.</param>
    public string Estimate(long calls, long input, long output)
    {
        var totals = _journal.Totals;
        (input, output) = totals is { Answers: > 0, Tokens: > 0 } ? (calls * totals.InputTokens / totals.Answers, calls * totals.OutputTokens / totals.Answers) : (calls * input, calls * output);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{calls:N0} calls of {(Model.Length == 0 ? "the model" : Model)}, about {input:N0} tokens read and {output:N0} written{CostOf(input, output)}; in the journal: {totals.Answers:N0} answers, {Spent}");
    }

    /// <summary>Whether a call is answered in the journal.</summary>
    public bool Knows(string key) => _journal.Find(key) is not null;

    /// <summary>The answer to a call: from the journal, or from the model.</summary>
    /// <param name="key">What it is remembered by.</param>
    /// <param name="message">The message, made only if the model is asked.</param>
    /// <param name="format">The format of the answer.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <exception cref="ConstructionException">The budget is used up, or the service is not available.</exception>
    public async Task<ChatAnswer> AskAsync(string key, Func<ChatMessage> message, ChatResponseFormat? format, CancellationToken cancellationToken)
    {
        if (_journal.Find(key) is { } known)
        {
            return new ChatAnswer(known, null);
        }

        var (request, options) = (message(), new ChatOptions { ModelId = _options.Model, ResponseFormat = format });
        for (var failures = 1; ; failures++)
        {
            await _pace.WaitAsync(cancellationToken).ConfigureAwait(false);
            RequireBudget();
            var (response, fault) = await CallAsync(request, options, failures, cancellationToken).ConfigureAwait(false);
            if (response is not null)
            {
                return new ChatAnswer(Keep(key, response), null);
            }

            if (fault!.Kind == CallFaultKind.Rejected)
            {
                return new ChatAnswer(null, fault.Reason);
            }

            _pace.Pause(fault.RetryAfter ?? TimeSpan.Zero);
            await Task.Delay(Backoff(failures), _time, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _journal.Dispose();

    private TimeSpan Backoff(int failures) => TimeSpan.FromTicks((long)Math.Min(LongestWait.Ticks, _options.RetryDelay.Ticks * Math.Pow(2, failures - 1)));

    private string CostOf(long input, long output) => _options is { InputPrice: 0, OutputPrice: 0 }
        ? ""
        : string.Create(CultureInfo.InvariantCulture, $" (cost {((input * _options.InputPrice) + (output * _options.OutputPrice)) / 1e6:N2})");

    private async Task<(ChatResponse? Response, CallFault? Fault)> CallAsync(ChatMessage message, ChatOptions options, int attempt, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(_options.CallTimeout, _time);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            return (await _client.GetResponseAsync(message, options, stop.Token).ConfigureAwait(false), null);
        }
        catch (Exception error) when (!cancellationToken.IsCancellationRequested && error is not (OutOfMemoryException or CoVRException))
        {
            var fault = CallFault.Of(error);
            RequireAvailable(fault, attempt, error);
            return (null, fault);
        }
    }

    private string Keep(string key, ChatResponse response)
    {
        var (input, output) = (response.Usage?.InputTokenCount ?? 0, response.Usage?.OutputTokenCount ?? 0);
        _journal.Append(key, response.ModelId ?? Model, response.Text, input, output);
        _pace.Spend(input + output);
        Interlocked.Exchange(ref _rejected, 0);
        return response.Text;
    }

    private void RequireBudget()
    {
        if (_options.TokenBudget > 0 && _journal.Totals.Tokens >= _options.TokenBudget)
        {
            throw Stopped(FormattableString.Invariant($"the budget of {_options.TokenBudget:N0} tokens is used up ({Spent}); raise it (--token-budget) and run again to go on"), null);
        }
    }

    private void RequireAvailable(CallFault fault, int failures, Exception error)
    {
        switch (fault.Kind)
        {
            case CallFaultKind.Refused:
                throw Stopped(fault.Reason, null);
            case CallFaultKind.Rejected when Interlocked.Increment(ref _rejected) >= MaxRejected:
                throw Stopped($"{fault.Reason}, as it did {MaxRejected} times in a row; check whether the model takes such requests", null);
            case CallFaultKind.Transient when fault.RetryAfter > LongestWait:
                throw Stopped($"{fault.Reason} and asks to wait {fault.RetryAfter}; run again after that", error);
            case CallFaultKind.Transient when failures > _options.Retries:
                throw Stopped($"{fault.Reason}, at the last of {failures} tries; run again to go on", error);
        }
    }

    private ConstructionException Stopped(string reason, Exception? error) => new($"Model '{Model}'", $"{reason}. Every answer so far is in the journal, and is not asked for again.", error);
}

/// <summary>What came of a call.</summary>
/// <param name="Text">The raw answer; null if the service rejects the request.</param>
/// <param name="Fault">Why it does; null otherwise.</param>
internal sealed record ChatAnswer(string? Text, string? Fault);
