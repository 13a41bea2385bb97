namespace CoVR.Datasets.Doctor;

/// <summary>One thing that a <see cref="DatasetDoctor"/> looks at. Registered with <c>AddDoctorCheck</c>; of two checks with one name the later counts.</summary>
/// <remarks>Checks run one after the other, in the order of registration, and share the <see cref="DoctorContext"/> of their run.</remarks>
public interface IDoctorCheck
{
    /// <summary>One or two words, for progress and reports.</summary>
    string Name { get; }

    /// <summary>Looks, and reports to the context. A bad item is a finding, never an exception; nothing to look at is nothing to report.</summary>
    /// <param name="context">The request, the annotations, and where findings go.</param>
    /// <param name="cancellationToken">Ends the work; what was reported stays.</param>
    /// <returns>A task that ends when all is looked at.</returns>
    ValueTask CheckAsync(DoctorContext context, CancellationToken cancellationToken = default);
}
