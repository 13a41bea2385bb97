namespace CoVR.Training;

/// <summary>A logger that can be asked for by name.</summary>
/// <param name="Name">Its name, as <c>trainer/logger=name</c>; case counts.</param>
/// <param name="Create">Makes one for a run; called once per run, on rank 0 only.</param>
public sealed record RunLoggerRegistration(string Name, Func<RunLoggerContext, IRunLogger> Create);
