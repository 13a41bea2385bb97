namespace CoVR.Modeling;

/// <summary>A published model: its architecture and everything that travels with its weights.</summary>
/// <typeparam name="TArchitecture">The family's sizes.</typeparam>
/// <param name="Name">As options name it.</param>
/// <param name="Architecture">Sizes, and the pictures it reads.</param>
/// <param name="Text">Token lengths and the words a text is cut to.</param>
/// <param name="Source">Where its weights come from.</param>
/// <param name="License">Their licence.</param>
public sealed record ModelVariant<TArchitecture>(string Name, TArchitecture Architecture, TextInput Text, string Source, string License)
    where TArchitecture : ComposedArchitecture;
