namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Composes one pipeline: <c>Use…</c> fills a slot (the last call wins), <c>Add…</c> appends to a set.</summary>
public interface ICoVRBuilder
{
    /// <summary>The pipeline's name, which is also the key of its services; empty for the default pipeline.</summary>
    string Name { get; }

    /// <summary>The host's services.</summary>
    IServiceCollection Services { get; }
}
