namespace CoVR.Cli.Configuration;

/// <summary>What an argument of the command line does to the configuration.</summary>
internal enum OverrideKind
{
    /// <summary><c>a=b</c>: changes what exists.</summary>
    Change,

    /// <summary><c>+a=b</c>: adds what does not exist yet.</summary>
    Add,

    /// <summary><c>++a=b</c>: changes or adds.</summary>
    Force,

    /// <summary><c>~a</c>: takes out.</summary>
    Remove,
}
