using CoVR.Modeling;

namespace CoVR.Checkpoints;

/// <summary>Addresses of files on the hub where CoVR's weights are published.</summary>
internal sealed record ModelHub(string Owner, string Repository, string Revision, string File)
{
    /// <summary>The hub's host. It hosts weights and is not a package registry.</summary>
    public const string Host = "huggingface.co";

    /// <summary>The prefix of file names on the hub.</summary>
    public const string Scheme = "hf://";

    private const string Main = "main";

    /// <summary>Reads <c>hf://owner/repository/folder/file@revision</c>.</summary>
    public static ModelHub Parse(string name)
    {
        var at = name.LastIndexOf('@');
        var revision = at < 0 ? Main : name[(at + 1)..];
        var parts = name[Scheme.Length..(at < 0 ? name.Length : at)].Split('/');
        return parts.Length >= 3 && revision.Length > 0 && parts.All(part => part.Length > 0 && part is not ("." or ".."))
            ? new ModelHub(parts[0], parts[1], revision, string.Join('/', parts[2..]))
            : throw new CheckpointException(name, $"a file on the hub is named '{Scheme}owner/repository/file' or '{Scheme}owner/repository/file@revision'.");
    }

    /// <summary>The address of the file at a hub.</summary>
    public Uri AddressAt(Uri hub) =>
        new(hub, $"{Uri.EscapeDataString(Owner)}/{Uri.EscapeDataString(Repository)}/resolve/{Uri.EscapeDataString(Revision)}/{string.Join('/', File.Split('/').Select(Uri.EscapeDataString))}");
}
