using System.Globalization;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text.Json;
using CoVR.Construction.Chat;
using CoVR.Construction.Stages;
using CoVR.Construction.Work;
using CoVR.Media;
using CoVR.Media.Sampling;
using Microsoft.Extensions.AI;

namespace CoVR.Construction;

/// <summary>Captions of the pictures and videos of a folder, written by a model that sees pictures; of a video it sees the middle frame.</summary>
/// <remarks>
/// Every answer is appended to a journal before it is used and remembered by the content of the file, so that no run asks again for what an earlier one was answered. A medium that
/// cannot be read, or for which the model writes nothing usable, is counted and does not end the run. Dispose it to close the journal.
/// </remarks>
public sealed class ChatCaptionSource : ICaptionSource, IDisposable
{
    private const string BuiltInPrompt = """
        Say in one plain sentence of at most {words} words what this shows: who or what, of which colour and kind, doing what, where.
        Use simple words, and the same words for the same things. Do not speak of an image, a picture or a video, and guess no names.
        Answer with JSON: {"caption": "…"}
        """;

    private static readonly ChatResponseFormat Format = ChatResponseFormat.ForJsonSchema(
        JsonDocument.Parse("""{"type": "object", "properties": {"caption": {"type": "string"}}, "required": ["caption"], "additionalProperties": false}""").RootElement,
        "caption");

    private readonly string _folder;
    private readonly ChatCaptionOptions _options;
    private readonly IFrameReader _frames;
    private readonly ChatCalls _calls;
    private readonly string _prompt;

    /// <summary>Creates a source and opens its journal.</summary>
    /// <param name="client">The client of the model; the caller disposes it.</param>
    /// <param name="folder">The folder of the media.</param>
    /// <param name="journal">The file of answers, one JSON object a line; made when missing.</param>
    /// <param name="options">How to ask; null for the defaults.</param>
    /// <param name="frames">Reads the media; null for a <see cref="MediaFrameReader"/>.</param>
    /// <param name="time">The clock of waits; null for the system's.</param>
    /// <exception cref="ConstructionException">The folder does not exist, or the journal or the prompt file cannot be read.</exception>
    /// <exception cref="Microsoft.Extensions.Options.OptionsValidationException">Options are at fault.</exception>
    public ChatCaptionSource(IChatClient client, string folder, string journal, ChatCaptionOptions? options = null, IFrameReader? frames = null, TimeProvider? time = null)
    {
        ArgumentNullException.ThrowIfNull(client);
        ArgumentException.ThrowIfNullOrWhiteSpace(folder);
        ArgumentException.ThrowIfNullOrWhiteSpace(journal);
        _options = options ?? new ChatCaptionOptions();
        OptionsFaults.ThrowIfAny(_options);
        _folder = Directory.Exists(folder) ? Path.GetFullPath(folder) : throw new ConstructionException($"Folder '{folder}'", "it does not exist; name the folder of the media.");
        _frames = (frames ?? new MediaFrameReader()).AsSeen;
        _prompt = (_options.PromptFile is { } file ? PromptFile.Read("Prompt file", file) : BuiltInPrompt).Replace("{words}", _options.MaxWords.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal);
        _calls = new ChatCalls(client, journal, _options, time ?? TimeProvider.System);
    }

    /// <inheritdoc/>
    public string Fingerprint => $"chat {_calls.Model} {_options.LongerSide} {_options.MaxWords} {_options.Attempts} {_prompt} {Ledger.Hash(CaptionFolder.DescribeMedia(_folder))}";

    /// <inheritdoc/>
    public string Spent => _calls.Spent;

    /// <inheritdoc/>
    public string Estimate()
    {
        const int PictureTokens = 400, AnswerTokens = 30;
        return _calls.Estimate(CaptionFolder.List(_folder).Count, PictureTokens, AnswerTokens);
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<MediaCaption> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        foreach (var batch in CaptionFolder.List(_folder).Chunk(_options.Concurrency * 8))
        {
            var captions = new MediaCaption[batch.Length];
            var parallel = new ParallelOptions { MaxDegreeOfParallelism = _options.Concurrency, CancellationToken = cancellationToken };
            await Parallel.ForAsync(0, batch.Length, parallel, async (i, token) => captions[i] = await DescribeAsync(batch[i], token).ConfigureAwait(false)).ConfigureAwait(false);
            foreach (var caption in captions)
            {
                yield return caption;
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _calls.Dispose();

    private async Task<MediaCaption> DescribeAsync(MediaItem item, CancellationToken cancellationToken)
    {
        var (path, id) = (item.Source.Path!, item.Id.Value);
        try
        {
            var (caption, fault) = await WriteAsync(item.Source, path, cancellationToken).ConfigureAwait(false);
            return new MediaCaption(id, caption) { Path = path, Fault = fault };
        }
        catch (Exception error) when (error is MediaReadException { Failure: not MediaFailure.DecoderMissing } or IOException or UnauthorizedAccessException)
        {
            return new MediaCaption(id, "") { Path = path, Fault = "media that cannot be read" };
        }
    }

    private async Task<(string Caption, string? Fault)> WriteAsync(MediaSource media, string path, CancellationToken cancellationToken)
    {
        var hash = Ledger.Hash(_prompt, _calls.Model, $"{_options.LongerSide}", await HashAsync(path, cancellationToken).ConfigureAwait(false));
        byte[]? picture = null;
        var fault = "";
        for (var attempt = 0; attempt < _options.Attempts; attempt++)
        {
            var key = $"{hash}-{attempt}";
            picture ??= _calls.Knows(key) ? null : await ReadPictureAsync(media, cancellationToken).ConfigureAwait(false);
            var answer = await _calls.AskAsync(key, () => Message(picture!), Format, cancellationToken).ConfigureAwait(false);
            fault = answer.Fault;
            if (answer.Text is null)
            {
                break;
            }

            var caption = Parse(answer.Text);
            fault = FindFault(caption);
            if (fault is null)
            {
                return (caption!, null);
            }
        }

        return ("", $"caption model: {fault}");
    }

    private static async Task<string> HashAsync(string path, CancellationToken cancellationToken)
    {
        var stream = File.OpenRead(path);
        await using var owned = stream.ConfigureAwait(false);
        return Convert.ToHexStringLower(await SHA256.HashDataAsync(stream, cancellationToken).ConfigureAwait(false));
    }

    private async Task<byte[]> ReadPictureAsync(MediaSource media, CancellationToken cancellationToken)
    {
        var frames = await _frames.ReadAsync(media, FrameSamplers.Middle, cancellationToken).ConfigureAwait(false);
        return MediaWriter.EncodeJpeg(MediaWriter.Shrink(frames[0], _options.LongerSide));
    }

    private ChatMessage Message(byte[] picture) => new(ChatRole.User, [new TextContent(_prompt), new DataContent(picture, "image/jpeg")]);

    private static string? Parse(string answer) => ModelJson.Find(answer, "caption") is { ValueKind: JsonValueKind.String } caption ? string.Join(' ', caption.GetString()!.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)) : null;

    private string? FindFault(string? caption) => caption is null ? "no JSON with a caption"
        : caption.Length == 0 ? "empty caption"
        : caption.Any(char.IsControl) ? "control characters"
        : caption.Count(letter => letter == ' ') >= _options.MaxWords ? $"more than {_options.MaxWords} words"
        : null;
}
