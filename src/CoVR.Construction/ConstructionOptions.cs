using System.ComponentModel.DataAnnotations;

namespace CoVR.Construction;

/// <summary>How a data set is constructed. Each section belongs to one stage: changing it makes that stage and what depends on its result run again.</summary>
public sealed class ConstructionOptions
{
    /// <summary>The DuckDB file that holds the result of every stage; made when missing.</summary>
    /// <value><c>construction.duckdb</c> by default. One process at a time uses it.</value>
    [Required]
    public string WorkFile { get; set; } = "construction.duckdb";

    /// <summary>The memory that the database may use, in MiB; beyond it spills to a folder beside the work file.</summary>
    /// <value>0 by default: four fifths of the machine's.</value>
    [Range(0, 1 << 24)]
    public int MemoryLimit { get; set; }

    /// <summary>Threads of the database.</summary>
    /// <value>0 by default: all processors.</value>
    [Range(0, 1024)]
    public int Threads { get; set; }

    /// <summary>The seed of every sample; the same seed and inputs give the same data set.</summary>
    /// <value>1234 by default.</value>
    public int Seed { get; set; } = 1234;

    /// <summary>The stage <see cref="ConstructionStage.Collect"/>.</summary>
    public CollectOptions Collect { get; set; } = new();

    /// <summary>The stage <see cref="ConstructionStage.Mine"/>.</summary>
    public MiningOptions Mining { get; set; } = new();

    /// <summary>The stage <see cref="ConstructionStage.FilterText"/>.</summary>
    public TextFilterOptions TextFilter { get; set; } = new();

    /// <summary>The stage <see cref="ConstructionStage.PairMedia"/>.</summary>
    public PairingOptions Pairing { get; set; } = new();

    /// <summary>The stage <see cref="ConstructionStage.WriteEdits"/>.</summary>
    public EditOptions Edits { get; set; } = new();

    /// <summary>The stage <see cref="ConstructionStage.Split"/>.</summary>
    public SplitOptions Split { get; set; } = new();

    /// <summary>The stage <see cref="ConstructionStage.Export"/>.</summary>
    public ExportOptions Export { get; set; } = new();
}
