using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using CoVR.Data;
using CoVR.Datasets.Annotations;
using CsvHelper;

namespace CoVR.Datasets.WebVidCoVR;

/// <summary>
/// Reads the rows of an annotation file; every fault names file, line and field. One thread parses fields and scores, another gives
/// equal identities equal numbers.
/// </summary>
/// <param name="file">The file.</param>
/// <param name="byRule">Whether edits will be made from the captions; else <c>txt1</c> is not read.</param>
internal sealed class WebVidCoVRCsv(string file, bool byRule = false)
{
    private const int BatchesInFlight = 32;
    private const int BlockRows = 1 << 16;

    /// <summary>Reads the rows in file order.</summary>
    public WebVidCoVRRows Read(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var store = new WebVidCoVRRowStore();
        using var parser = new WebVidCoVRParser(file, byRule);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var free = new BlockingCollection<WebVidCoVRBatch>();
        using var full = new BlockingCollection<WebVidCoVRBatch>();
        for (var i = 0; i < BatchesInFlight; i++)
        {
            free.Add(new WebVidCoVRBatch(), CancellationToken.None);
        }

        var parsing = Task.Factory.StartNew(() => Parse(parser, store, free, full, stop.Token), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        try
        {
            return AddRows(store, full, free, parsing);
        }
        finally
        {
            stop.Cancel();
            ((IAsyncResult)parsing).AsyncWaitHandle.WaitOne();
        }
    }

    /// <summary>Reads the readable rows in file order, on one thread.</summary>
    /// <param name="onFault">Receives each of the others.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="DatasetFormatException">There is no such file, or its header is malformed.</exception>
    public WebVidCoVRRows ReadTolerantly(Action<DatasetFormatException> onFault, CancellationToken cancellationToken)
    {
        using var parser = new WebVidCoVRParser(file, byRule, onFault);
        var (store, batch) = (new WebVidCoVRRowStore(), new WebVidCoVRBatch());
        for (var more = true; more;)
        {
            cancellationToken.ThrowIfCancellationRequested();
            batch.Clear();
            more = parser.Fill(batch, store);
            AddRows(store, batch, onFault);
        }

        return new WebVidCoVRRows(store);
    }

    /// <summary>Reads the rows block by block in file order; nothing is kept between blocks, so that memory does not grow with the file.</summary>
    public IEnumerable<WebVidCoVRRows> ReadBlocks(CancellationToken cancellationToken)
    {
        using var parser = new WebVidCoVRParser(file, byRule);
        var batch = new WebVidCoVRBatch();
        for (var more = true; more;)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var store = new WebVidCoVRRowStore();
            while (more && store.Count < BlockRows)
            {
                batch.Clear();
                more = parser.Fill(batch, store);
                AddRows(store, batch);
            }

            yield return new WebVidCoVRRows(store);
        }
    }

    private static void Parse(
        WebVidCoVRParser parser, WebVidCoVRRowStore store, BlockingCollection<WebVidCoVRBatch> free, BlockingCollection<WebVidCoVRBatch> full, CancellationToken stop)
    {
        try
        {
            for (var more = true; more;)
            {
                var batch = free.Take(stop);
                batch.Clear();
                try
                {
                    more = parser.Fill(batch, store);
                }
                finally
                {
                    // Rows before a fault are checked too: they may hold an earlier one.
                    full.Add(batch, CancellationToken.None);
                }
            }
        }
        finally
        {
            full.CompleteAdding();
        }
    }

    private WebVidCoVRRows AddRows(
        WebVidCoVRRowStore store, BlockingCollection<WebVidCoVRBatch> full, BlockingCollection<WebVidCoVRBatch> free, Task parsing)
    {
        foreach (var batch in full.GetConsumingEnumerable())
        {
            AddRows(store, batch);
            free.Add(batch);
        }

        parsing.GetAwaiter().GetResult();
        return new WebVidCoVRRows(store);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void AddRows(WebVidCoVRRowStore store, WebVidCoVRBatch batch, Action<DatasetFormatException>? onFault = null)
    {
        // Known identities are not checked again, unless the rows of a faulty one are to be left out.
        var known = onFault is null ? store.Identities.Count : 0;
        batch.Number(store.Identities);
        for (var i = 0; i < batch.Count; i++)
        {
            var row = batch.RowAt(i);
            try
            {
                if (row.Reference >= known || row.Target >= known)
                {
                    MediaIdentities.Check(store.Identities[row.Reference], file, row.Line, "pth1");
                    MediaIdentities.Check(store.Identities[row.Target], file, row.Line, "pth2");
                }
            }
            catch (DatasetFormatException fault) when (onFault is not null)
            {
                onFault(fault);
                continue;
            }

            store.Add(row);
        }
    }
}
