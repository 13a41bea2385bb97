namespace CoVR.Modeling;

/// <summary>The native libtorch cannot be loaded; the message says what is missing and how to get it.</summary>
public sealed class NativeTorchException : Exception
{
    /// <summary>Creates the error.</summary>
    /// <param name="message">What is missing and how to mend it.</param>
    /// <param name="innerException">The loader's own words, if there are any.</param>
    public NativeTorchException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }
}
