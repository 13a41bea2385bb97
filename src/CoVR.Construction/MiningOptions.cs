using System.ComponentModel.DataAnnotations;

namespace CoVR.Construction;

/// <summary>Which captions make a pair.</summary>
public sealed class MiningOptions
{
    /// <summary>Captions of equal length make a pair if they differ in this many words or fewer.</summary>
    /// <value>1 by default, as in the papers; 1 or 2. Two look at n (n - 1) / 2 keys of a caption of n words besides its n.</value>
    [Range(1, 2)]
    public int Words { get; set; } = 1;

    /// <summary>Whether captions of which one has a word more make a pair too, besides those of equal length.</summary>
    /// <value>False by default, as in the papers.</value>
    public bool Insertions { get; set; }

    /// <summary>Captions that are equal but for the same words form a group; of a larger group, this many captions are drawn by the seed.</summary>
    /// <value>32 by default; at least 2. A group of n captions has n (n - 1) / 2 pairs; large groups are mostly templates ("flag of …").</value>
    [Range(2, int.MaxValue)]
    public int MaxGroup { get; set; } = 32;
}
