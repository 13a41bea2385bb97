using CoVR.Datasets.Doctor;

namespace CoVR.Cli.Commands.Doctor;

/// <summary>What is looked at, and what mends it.</summary>
/// <param name="Request">What is looked at.</param>
/// <param name="EmbedCommands">By the name of a data set, the command that embeds the items of a list.</param>
internal sealed record DoctorPlan(DoctorRequest Request, IReadOnlyDictionary<string, Func<string, string>> EmbedCommands);
