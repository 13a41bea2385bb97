namespace CoVR.Datasets.Doctor;

/// <summary>How far a <see cref="DatasetDoctor"/> is.</summary>
/// <param name="Check">The check at work.</param>
/// <param name="Done">Items that it has looked at.</param>
/// <param name="Total">Items in all; null when unknown.</param>
/// <param name="Faults">Faults found so far, by all checks.</param>
public sealed record DoctorProgress(string Check, long Done, long? Total, int Faults);
