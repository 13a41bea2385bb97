using CoVR.Embedding;

namespace CoVR.Storage;

/// <summary>The failures of a folder of version 1, lines of JSON in files of their own; they become records at the next write.</summary>
internal static class OldFailures
{
    /// <summary>The last failure of each item.</summary>
    public static IReadOnlyList<EmbeddingFailure> Read(string folder) => [.. FailureFile.Read(Files(folder)).Values];

    /// <summary>Deletes the files once their lines are records.</summary>
    public static void Delete(string folder) => Array.ForEach(Files(folder), File.Delete);

    private static string[] Files(string folder) => Directory.Exists(folder) ? Directory.GetFiles(folder, "failures*.jsonl") : [];
}
