using System.Reflection;

namespace CoVR.TestSupport;

/// <summary>What is done to a file on the way to its place.</summary>
public enum FileStep
{
    /// <summary>The partial file is created.</summary>
    Create,

    /// <summary>Bytes are handed to the system.</summary>
    Write,

    /// <summary>The content is forced to the disk.</summary>
    Flush,

    /// <summary>The complete file takes its place.</summary>
    Rename,

    /// <summary>A file is removed.</summary>
    Delete,
}

/// <summary>Lets a disk fail or a process die: told before every step on the files of checkpoints and run states in this flow of execution.</summary>
public static class FileSteps
{
    private static readonly PropertyInfo Property = Type.GetType("CoVR.Modeling.Checkpoints.Files.FileSteps, CoVR.Modeling", throwOnError: true)!
        .GetProperty("Watcher", BindingFlags.Static | BindingFlags.NonPublic)!;

    /// <summary>Called with the step and the file; may throw what a disk would. Null: nobody watches.</summary>
    public static Action<FileStep, string>? Watcher
    {
        set => Property.SetValue(null, value is null ? null : (Action<string, string>)((step, path) => value(Enum.Parse<FileStep>(step), path)));
    }
}
