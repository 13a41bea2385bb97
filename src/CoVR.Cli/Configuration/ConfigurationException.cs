namespace CoVR.Cli.Configuration;

/// <summary>The configuration cannot be composed or read. The message says what, where and how to put it right.</summary>
internal sealed class ConfigurationException : Exception
{
    /// <summary>Makes one without a known place.</summary>
    public ConfigurationException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }

    /// <summary>Makes one about a place.</summary>
    public ConfigurationException(ConfigOrigin origin, string message, Exception? innerException = null)
        : base($"{origin}: {message}", innerException)
    {
    }
}
