namespace CoVR.Datasets.Doctor;

/// <summary>On which repair list an item belongs, and so what is lost while it is not repaired.</summary>
public enum DoctorRemedy
{
    /// <summary>On none.</summary>
    None,

    /// <summary>Its picture or video is missing or broken and is to be had again.</summary>
    Download,

    /// <summary>Its embedding is missing or unusable and is to be made.</summary>
    Embed,
}
