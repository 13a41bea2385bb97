namespace CoVR.Datasets.Doctor;

/// <summary>How bad a finding is.</summary>
public enum DoctorSeverity
{
    /// <summary>A fact worth knowing; nothing is wrong.</summary>
    Note,

    /// <summary>Works, but perhaps not as meant.</summary>
    Warning,

    /// <summary>Something cannot be used.</summary>
    Fault,
}
