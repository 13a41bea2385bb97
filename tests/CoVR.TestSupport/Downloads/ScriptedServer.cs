using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace CoVR.TestSupport.Downloads;

/// <summary>A web server on this machine that answers as a test says; one exchange per connection.</summary>
public sealed class ScriptedServer : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly Func<ScriptedRequest, ScriptedReply> _answer;
    private readonly Task _accepting;

    public ScriptedServer(Func<ScriptedRequest, ScriptedReply> answer)
    {
        _answer = answer;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    /// <summary>Requests so far, in order.</summary>
    public ConcurrentQueue<ScriptedRequest> Requests { get; } = new();

    /// <summary>The address of a path.</summary>
    public Uri this[string path] => new($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}/{path}");

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _accepting;
        _listener.Dispose();
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        var open = new List<Task>();
        try
        {
            while (true)
            {
                open.Add(ServeAsync(await _listener.AcceptTcpClientAsync(_stop.Token)));
            }
        }
        catch (Exception error) when (error is OperationCanceledException or SocketException)
        {
            await Task.WhenAll(open);
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using var owned = client;
        try
        {
            var stream = client.GetStream();
            var request = await ReadAsync(stream);
            Requests.Enqueue(request);
            await WriteAsync(client, stream, _answer(request));
        }
        catch (Exception error) when (error is IOException or OperationCanceledException or SocketException)
        {
        }
    }

    private async Task<ScriptedRequest> ReadAsync(NetworkStream stream)
    {
        using var reader = new StreamReader(stream, Encoding.Latin1, leaveOpen: true);
        var first = (await reader.ReadLineAsync(_stop.Token) ?? throw new IOException("The client went away.")).Split(' ');
        var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        while (await reader.ReadLineAsync(_stop.Token) is { Length: > 0 } line)
        {
            headers[line[..line.IndexOf(':', StringComparison.Ordinal)]] = line[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim();
        }

        var body = new char[headers.TryGetValue("Content-Length", out var length) ? int.Parse(length, CultureInfo.InvariantCulture) : 0];
        if (body.Length > 0)
        {
            await reader.ReadBlockAsync(body, _stop.Token);
        }

        return new ScriptedRequest(first[1].TrimStart('/'), headers) { Method = first[0], Body = Encoding.UTF8.GetString(Encoding.Latin1.GetBytes(body)) };
    }

    private async Task WriteAsync(TcpClient client, NetworkStream stream, ScriptedReply reply)
    {
        var head = new StringBuilder().Append(CultureInfo.InvariantCulture, $"HTTP/1.1 {reply.Status} {(HttpStatusCode)reply.Status}\r\nConnection: close\r\n");
        if (!reply.WithoutLength && !reply.Headers.Any(header => header.Name is "Content-Length" or "Transfer-Encoding"))
        {
            head.Append(CultureInfo.InvariantCulture, $"Content-Length: {reply.Body.Length}\r\n");
        }

        foreach (var (name, value) in reply.Headers)
        {
            head.Append(CultureInfo.InvariantCulture, $"{name}: {value}\r\n");
        }

        await stream.WriteAsync(Encoding.Latin1.GetBytes(head.Append("\r\n").ToString()), _stop.Token);
        await stream.WriteAsync(reply.Body.AsMemory(0, reply.CutAfter ?? reply.StallAfter ?? reply.Body.Length), _stop.Token);
        await stream.FlushAsync(_stop.Token);
        reply.Sent?.Invoke();
        if (reply.StallAfter is not null)
        {
            await Task.Delay(Timeout.Infinite, _stop.Token);
        }

        client.Client.Shutdown(SocketShutdown.Send);
    }
}
