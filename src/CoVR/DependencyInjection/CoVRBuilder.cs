namespace Microsoft.Extensions.DependencyInjection;

/// <summary>The builder that <c>AddCoVR</c> returns.</summary>
internal sealed record CoVRBuilder(IServiceCollection Services, string Name) : ICoVRBuilder;
