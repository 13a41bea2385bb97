namespace CoVR.Reproduction.Configuration;

/// <summary>The configuration cannot be composed or read. The message says what, where and how to put it right.</summary>
public sealed class ConfigurationException : CoVRException
{
    /// <summary>Creates a fault without a known place.</summary>
    /// <param name="message">What is wrong and what would be right.</param>
    /// <param name="innerException">The cause, if there is one.</param>
    public ConfigurationException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }

    /// <summary>Creates a fault of a place.</summary>
    /// <param name="origin">Where.</param>
    /// <param name="message">What is wrong and what would be right.</param>
    /// <param name="innerException">The cause, if there is one.</param>
    public ConfigurationException(ConfigOrigin origin, string message, Exception? innerException = null)
        : base($"{origin}: {message}", innerException)
    {
    }
}
