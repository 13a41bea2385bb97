using CoVR.Distributed;
using CoVR.Modeling.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace CoVR.Training.Mpi;

/// <summary>Collectives over Open MPI, for processes that mpirun (or a scheduler through it) started.</summary>
/// <remarks>
/// One instance per process: MPI can be started once. Messages go through main memory; tensors on other devices are copied there
/// and back. A rank that fails must end without calling <see cref="Complete"/>; mpirun then ends the other ranks.
/// </remarks>
public sealed class MpiCollective : ICollective
{
    private const long LargestMessage = 1 << 28; // MPI counts are 32-bit
    private readonly MpiLibrary _mpi;
    private readonly Lock _gate = new();

    private MpiCollective(MpiLibrary mpi, int rank, int size) => (_mpi, Rank, Size) = (mpi, rank, size);

    /// <inheritdoc/>
    public int Rank { get; }

    /// <inheritdoc/>
    public int Size { get; }

    /// <summary>Starts MPI in this process. Without mpirun the process is the only rank.</summary>
    /// <returns>The ranks.</returns>
    /// <exception cref="MpiException">Open MPI is not installed; says how to.</exception>
    /// <exception cref="InvalidOperationException">MPI is already running in this process.</exception>
    public static MpiCollective Start()
    {
        var mpi = MpiLibrary.Load();
        if (mpi.IsStarted())
        {
            throw new InvalidOperationException("MPI is already running in this process; it can be started only once.");
        }

        var (rank, size) = mpi.Start();
        NativeTorch.EnsureLoaded();
        return new MpiCollective(mpi, rank, size);
    }

    /// <summary>Ends MPI after success; waits for the other ranks. A process that exits without this call counts as failed.</summary>
    public void Complete() => _mpi.Finish();

    /// <inheritdoc/>
    public unsafe Tensor AllGather(Tensor own)
    {
        ArgumentNullException.ThrowIfNull(own);
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var flat = own.detach().cpu().contiguous().reshape(-1);
        var all = empty([Size, flat.numel()], own.dtype);
        foreach (var (start, length) in Parts(flat))
        {
            var part = Size == 1 ? all : empty([Size, length], own.dtype);
            var values = flat.narrow(0, start, length).bytes;
            fixed (byte* from = values)
            fixed (byte* to = part.bytes)
            {
                lock (_gate)
                {
                    _mpi.AllGather(from, values.Length, to);
                }
            }

            all.narrow(1, start, length).copy_(part);
        }

        return all.view([Size, .. own.shape]).to(own.device).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public unsafe void AllReduceSum(Tensor values)
    {
        var type = values?.dtype switch
        {
            ScalarType.Float32 => _mpi.Float32,
            ScalarType.Float64 => _mpi.Float64,
            ScalarType.Int64 => _mpi.Int64,
            null => throw new ArgumentNullException(nameof(values)),
            var other => throw new ArgumentException($"Only float32, float64 and int64 can be summed, not {other}.", nameof(values)),
        };
        InPlace(values!, (bytes, count) =>
        {
            fixed (byte* start = bytes)
            {
                _mpi.AllReduceSum(start, count, type);
            }
        });
    }

    /// <inheritdoc/>
    public unsafe void Broadcast(Tensor values, int root = 0)
    {
        ArgumentNullException.ThrowIfNull(values);
        ArgumentOutOfRangeException.ThrowIfNegative(root);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(root, Size);
        InPlace(values, (bytes, _) =>
        {
            fixed (byte* start = bytes)
            {
                _mpi.Broadcast(start, bytes.Length, root);
            }
        });
    }

    /// <inheritdoc/>
    public void Barrier()
    {
        lock (_gate)
        {
            _mpi.Barrier();
        }
    }

    private void InPlace(Tensor values, Message message)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        if (!values.is_contiguous())
        {
            throw new ArgumentException("The tensor is overwritten in place, so it must be contiguous.", nameof(values));
        }

        var flat = values.detach().reshape(-1);
        var host = flat.device_type is DeviceType.CPU ? flat : flat.cpu();
        foreach (var (start, length) in Parts(host))
        {
            lock (_gate)
            {
                message(host.narrow(0, start, length).bytes, (int)length);
            }
        }

        if (!ReferenceEquals(host, flat))
        {
            flat.copy_(host);
        }
    }

    private static IEnumerable<(long Start, long Length)> Parts(Tensor flat)
    {
        var (count, largest) = (flat.numel(), LargestMessage / flat.element_size());
        for (var start = 0L; start < count; start += largest)
        {
            yield return (start, Math.Min(largest, count - start));
        }
    }

    private delegate void Message(Span<byte> bytes, int count);
}
