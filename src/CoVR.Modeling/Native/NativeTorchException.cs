namespace CoVR.Modeling.Native;

/// <summary>The native libtorch cannot be loaded; the message says what is missing and how to get it.</summary>
public sealed class NativeTorchException : CoVRException
{
    /// <summary>Creates the error.</summary>
    /// <param name="message">What is missing and how to mend it.</param>
    /// <param name="innerException">The loader's own words, if there are any.</param>
    public NativeTorchException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }
}

/// <summary>A device that was asked for by name cannot be used on this machine.</summary>
public sealed class DeviceNotAvailableException : CoVRException
{
    /// <summary>Creates the error.</summary>
    /// <param name="device">The name that was asked for.</param>
    /// <param name="reason">Why it cannot be had and what to do.</param>
    /// <param name="innerException">The cause, if there is one.</param>
    public DeviceNotAvailableException(string device, string reason, Exception? innerException = null)
        : base($"The device '{device}' is not available: {reason}", innerException) => Device = device;

    /// <summary>The name that was asked for.</summary>
    public string Device { get; }
}
