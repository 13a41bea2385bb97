namespace CoVR.Embedding;

/// <summary>Which part of a file's path below its folder is its identity; the extension never is.</summary>
public enum MediaIdentity
{
    /// <summary>The whole path, with slashes: <c>1065/1012345</c>.</summary>
    RelativePath,

    /// <summary>The file's name alone, wherever it lies: <c>train-10108-0-img0</c>.</summary>
    FileName,
}
