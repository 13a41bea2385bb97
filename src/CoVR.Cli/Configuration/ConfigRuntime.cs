namespace CoVR.Cli.Configuration;

/// <summary>What a configuration may ask of the machine.</summary>
/// <param name="WorkingFolder">The folder in which the command was started, absolute (<c>${hydra:runtime.cwd}</c>).</param>
/// <param name="Environment">Environment variables by name (<c>${oc.env:NAME}</c>).</param>
internal sealed record ConfigRuntime(string WorkingFolder, Func<string, string?> Environment)
{
    /// <summary>The process as it is.</summary>
    public static ConfigRuntime Current => new(Directory.GetCurrentDirectory(), System.Environment.GetEnvironmentVariable);
}
