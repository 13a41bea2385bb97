namespace CoVR;

/// <summary>The base of the errors that CoVR reports about files, weights, media, stores, devices and runs; the message says what is wrong, where, and what to do.</summary>
/// <remarks>Wrong options are <see cref="Microsoft.Extensions.Options.OptionsValidationException"/>s, wrong arguments <see cref="ArgumentException"/>s.</remarks>
/// <param name="message">What is wrong, where, and what to do.</param>
/// <param name="innerException">The cause, if there is one.</param>
public abstract class CoVRException(string message, Exception? innerException = null) : Exception(message, innerException);
