namespace CoVR.Modeling.Native;

/// <summary>The native libtorch cannot be loaded, or a device that was asked for by name cannot be used; the message says what is missing and how to get it.</summary>
public sealed class NativeTorchException : CoVRException
{
    /// <summary>Creates the error.</summary>
    /// <param name="message">What is missing and what to do.</param>
    /// <param name="innerException">The loader's own words, if there are any.</param>
    public NativeTorchException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }

    /// <summary>The name of the device that was asked for; null where libtorch itself cannot be loaded.</summary>
    public string? Device { get; private init; }

    /// <summary>A device that cannot be used.</summary>
    internal static NativeTorchException NoDevice(string name, string reason, Exception? cause = null) =>
        new($"The device '{name}' is not available: {reason}", cause) { Device = name };
}
