namespace CoVR;

/// <summary>The base of the errors that CoVR reports about files, weights, media, stores, devices and runs; the message says what is wrong, where, and what to do.</summary>
/// <remarks>Wrong options are <see cref="Microsoft.Extensions.Options.OptionsValidationException"/>s, wrong arguments <see cref="ArgumentException"/>s.</remarks>
/// <param name="message">What is wrong, where, and what to do.</param>
/// <param name="innerException">The cause, if there is one.</param>
public abstract class CoVRException(string message, Exception? innerException = null) : Exception(message, innerException)
{
    /// <summary>Whether it concerns every item alike, such as a service that does not answer: a long job then ends instead of trying each item.</summary>
    /// <value>False by default.</value>
    public virtual bool EndsJob => false;
}

/// <summary>A gallery or another source of embeddings cannot be used: it belongs to another model, its data are damaged, or its storage failed.</summary>
/// <param name="gallery">The gallery's folder, address or name; never a secret.</param>
/// <param name="reason">What is wrong and how to fix it.</param>
/// <param name="innerException">The cause, if there is one.</param>
public sealed class GalleryException(string gallery, string reason, Exception? innerException = null)
    : CoVRException($"Gallery '{gallery}': {reason}", innerException)
{
    /// <summary>The gallery's folder, address or name.</summary>
    public string Gallery { get; } = gallery;

    /// <summary>What is wrong and how to fix it.</summary>
    public string Reason { get; } = reason;

    /// <summary>The item concerned; null if the fault does not concern a single item.</summary>
    public MediaId? Id { get; init; }
}

/// <summary>A query cannot be answered: it asks for nothing, for too much, or for an item that is not there.</summary>
/// <param name="part">The part at fault, such as <c>text "red"</c>.</param>
/// <param name="reason">What is wrong and how to fix it.</param>
public sealed class QueryException(string part, string reason) : CoVRException($"{part}: {reason}")
{
    /// <summary>The part at fault.</summary>
    public string Part { get; } = part;

    /// <summary>Where in the text of <see cref="ComposedQuery.Parse"/> the fault lies, from 0; null for a query that was not a text.</summary>
    public int? Position { get; init; }

    /// <summary>What is wrong.</summary>
    public string Reason { get; } = reason;
}
