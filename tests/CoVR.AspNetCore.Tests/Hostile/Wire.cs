using System.Net.Sockets;
using System.Text;

namespace CoVR.AspNetCore.Tests.Hostile;

/// <summary>Requests written byte by byte, as no client library sends them.</summary>
internal static class Wire
{
    /// <summary>Sends bytes and reads the status of the answer; 0 where the connection is closed without one.</summary>
    public static async Task<(int Status, string Text)> SendAsync(Uri address, string request, CancellationToken cancellationToken)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(address.Host, address.Port, cancellationToken);
        await using var stream = client.GetStream();
        try
        {
            await stream.WriteAsync(Encoding.Latin1.GetBytes(request), cancellationToken);
        }
        catch (IOException)
        {
            // The server has answered and closed before it read all.
        }

        var answer = new StringBuilder();
        var buffer = new byte[4096];
        try
        {
            while (!IsComplete(answer.ToString()) && await stream.ReadAsync(buffer, cancellationToken) is > 0 and var read)
            {
                answer.Append(Encoding.Latin1.GetString(buffer, 0, read));
            }
        }
        catch (IOException)
        {
            // Reset after the answer.
        }

        var text = answer.ToString();
        return (text.StartsWith("HTTP/1.1 ", StringComparison.Ordinal) ? int.Parse(text.AsSpan(9, 3)) : 0, text);
    }

    private static bool IsComplete(string answer)
    {
        var end = answer.IndexOf("\r\n\r\n", StringComparison.Ordinal);
        if (end < 0)
        {
            return false;
        }

        var length = answer[..end].Split("\r\n").FirstOrDefault(line => line.StartsWith("Content-Length:", StringComparison.OrdinalIgnoreCase));
        return length is null ? answer.EndsWith("0\r\n\r\n", StringComparison.Ordinal) : answer.Length - end - 4 >= int.Parse(length.AsSpan(15).Trim());
    }
}
