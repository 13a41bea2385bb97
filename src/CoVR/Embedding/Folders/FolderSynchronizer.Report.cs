using System.Collections.Frozen;

namespace CoVR.Embedding.Folders;

public sealed partial class FolderSynchronizer
{
    /// <summary>The result of a synchronization.</summary>
    public sealed record Report
    {
        /// <summary>Files that were embedded for the first time.</summary>
        public int New { get; init; }

        /// <summary>Files whose content changed; embedded again.</summary>
        public int Changed { get; init; }

        /// <summary>Files that were moved or renamed, or copied from a file in the gallery; they reuse its embedding.</summary>
        public int Moved { get; init; }

        /// <summary>Items whose file is gone.</summary>
        public int Removed { get; init; }

        /// <summary>Unchanged files.</summary>
        public int Unchanged { get; init; }

        /// <summary>Files with the same content as another file in the folder; each is its own item, embedded once.</summary>
        public int Duplicates { get; init; }

        /// <summary>Files still being written; left for the next synchronization.</summary>
        public int Unsettled { get; init; }

        /// <summary>Files that could not be embedded, now or before.</summary>
        public IReadOnlyList<EmbedOutcome> Failures { get; init; } = [];

        /// <summary>What the scan left out (<see cref="FolderScan.PassedOver"/>).</summary>
        public IReadOnlyDictionary<string, int> PassedOver { get; init; } = FrozenDictionary<string, int>.Empty;

        /// <summary>A one-line summary.</summary>
        /// <returns>For example <c>3 new, 1 changed, 2 moved, 1 removed; passed over: 4 HEIC (add CoVR.Media.Magick), 1 pipe</c>.</returns>
        public override string ToString()
        {
            (int Count, string Name)[] all = [(New, "new"), (Changed, "changed"), (Moved, "moved"), (Removed, "removed"), (Duplicates, Duplicates == 1 ? "duplicate" : "duplicates")];
            var changes = string.Join(", ", all.Where(part => part.Count > 0).Select(part => FormattableString.Invariant($"{part.Count:N0} {part.Name}")));
            var line = changes.Length > 0 ? changes : "no changes";
            return PassedOver.Count > 0 ? $"{line}; passed over: {FolderScan.Describe(PassedOver)}" : line;
        }
    }
}
