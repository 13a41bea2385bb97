namespace CoVR.Training;

/// <summary>The value of one term.</summary>
/// <param name="Name">The term's name, for example <c>si_ti</c>.</param>
/// <param name="Value">The loss before its weight.</param>
/// <param name="Weight">Its factor in the sum.</param>
public sealed record NamedLoss(string Name, double Value, double Weight);
