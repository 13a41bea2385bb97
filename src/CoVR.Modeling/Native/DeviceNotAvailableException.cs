namespace CoVR.Modeling;

/// <summary>A device that was asked for by name cannot be used on this machine.</summary>
public sealed class DeviceNotAvailableException : Exception
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
