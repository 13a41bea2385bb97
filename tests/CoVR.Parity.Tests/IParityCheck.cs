using CoVR.TestSupport;

namespace CoVR.Parity.Tests;

/// <summary>Knows how to compare one kind of fixture with our code; every implementation in this assembly takes part.</summary>
public interface IParityCheck
{
    /// <summary>Whether this check is for a case; decided by its group and function, never by sizes.</summary>
    bool Handles(GoldenCase golden);

    /// <summary>Throws an assertion when our numbers differ.</summary>
    void Check(GoldenCase golden);
}
