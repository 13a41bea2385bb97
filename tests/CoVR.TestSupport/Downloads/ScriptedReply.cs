using System.Text;

namespace CoVR.TestSupport.Downloads;

/// <summary>What a <see cref="ScriptedServer"/> answers, lies included.</summary>
public sealed record ScriptedReply(int Status)
{
    /// <summary>The bytes that are sent.</summary>
    public byte[] Body { get; init; } = [];

    /// <summary>Header lines; the length is added unless it is among them.</summary>
    public IReadOnlyList<(string Name, string Value)> Headers { get; init; } = [];

    /// <summary>The connection breaks off after so many bytes of the body.</summary>
    public int? CutAfter { get; init; }

    /// <summary>Nothing more comes after so many bytes of the body.</summary>
    public int? StallAfter { get; init; }

    /// <summary>Called when all bytes that shall be sent are sent.</summary>
    public Action? Sent { get; init; }

    /// <summary>Whether no length is announced; the connection's end is the file's.</summary>
    public bool WithoutLength { get; init; }

    /// <summary>A file as an honest server sends it: whole, or the range that is asked for.</summary>
    public static ScriptedReply Honest(ScriptedRequest request, byte[] file, string? tag = "\"v1\"")
    {
        List<(string, string)> headers = tag is null ? [] : [("ETag", tag)];
        if (request.RangeStart is not { } start || (request.Header("If-Range") is { } condition && condition != tag))
        {
            return new ScriptedReply(200) { Body = file, Headers = headers };
        }

        headers.Add(("Content-Range", start < file.Length ? $"bytes {start}-{file.Length - 1}/{file.Length}" : $"bytes */{file.Length}"));
        return start < file.Length
            ? new ScriptedReply(206) { Body = file[start..], Headers = headers }
            : new ScriptedReply(416) { Headers = headers };
    }

    /// <summary>An answer of text.</summary>
    public static ScriptedReply Text(int status, string text, params (string, string)[] headers) =>
        new(status) { Body = Encoding.UTF8.GetBytes(text), Headers = headers };
}
