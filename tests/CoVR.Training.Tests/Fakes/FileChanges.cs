namespace CoVR.Training.Tests.Fakes;

/// <summary>Waits for what another process writes.</summary>
internal static class FileChanges
{
    /// <summary>Returns when a condition holds; checked again after short pauses.</summary>
    internal static async Task UntilAsync(Func<bool> condition, Action check, CancellationToken cancellationToken)
    {
        while (!condition())
        {
            check();
            await Task.Delay(5, cancellationToken);
        }
    }
}
