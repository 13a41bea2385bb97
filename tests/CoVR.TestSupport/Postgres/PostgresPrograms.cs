using System.Diagnostics;

namespace CoVR.TestSupport.Postgres;

/// <summary>The folder of PostgreSQL's programs, with pgvector beside them, that <c>eng/postgres.sh</c> finds or makes; or why there is none.</summary>
internal sealed record PostgresPrograms(string? Folder, string Reason)
{
    // PostgreSQL refuses to run as root.
    private static readonly string[] Unprivileged = ["setpriv", "--reuid", "nobody", "--regid", "nogroup", "--clear-groups"];
    private static readonly Lazy<Task<PostgresPrograms>> Found = new(SearchAsync);

    public static Task<PostgresPrograms> FindAsync() => Found.Value;

    /// <summary>Starts a shell that finds the programs, as a user who may run them.</summary>
    public Process Run(string script, params string[] arguments)
    {
        string[] line = [.. Environment.IsPrivilegedProcess ? Unprivileged : [], "bash", "-c", script, "postgres", .. arguments];
        var start = new ProcessStartInfo(line[0], line[1..]) { RedirectStandardInput = true, RedirectStandardOutput = true };
        start.Environment["PATH"] = $"{Folder}:{start.Environment["PATH"]}";
        foreach (var libraries in Directory.GetDirectories(Path.Combine(Folder!, "../../.."), "*-linux-gnu*"))
        {
            start.Environment["LD_LIBRARY_PATH"] = libraries;
        }

        return Process.Start(start)!;
    }

    private static async Task<PostgresPrograms> SearchAsync()
    {
        if (OperatingSystem.IsWindows())
        {
            return new PostgresPrograms(null, "PostgreSQL for the tests is looked for on Linux and macOS only");
        }

        var start = new ProcessStartInfo("bash", [Path.Combine(TestFolders.Repository, "eng", "postgres.sh")]) { RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var folder = (await process.StandardOutput.ReadToEndAsync()).Trim();
        await process.WaitForExitAsync();
        return process.ExitCode == 0 && folder.Length > 0 ? new PostgresPrograms(folder, "") : new PostgresPrograms(null, $"no PostgreSQL: {(await errors).Trim()}");
    }
}
