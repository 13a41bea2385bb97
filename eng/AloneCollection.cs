using Xunit;

namespace CoVR.TestSupport;

/// <summary>Compiled into every test assembly: tests that measure the memory of the process run while no other test does.</summary>
[CollectionDefinition("alone", DisableParallelization = true)]
public sealed class AloneCollection;
