namespace CoVR.Datasets.Doctor;

/// <summary>How closely a <see cref="DatasetDoctor"/> looks.</summary>
public enum DoctorLevel
{
    /// <summary>Files are there and begin and end as they should; headers, shapes, manifests. Seconds to minutes.</summary>
    Quick,

    /// <summary>Everything is decoded and every number read. As long as reading all files takes.</summary>
    Full,
}
