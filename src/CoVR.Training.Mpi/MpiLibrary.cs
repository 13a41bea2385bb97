using System.Runtime.InteropServices;
using System.Text;

namespace CoVR.Training.Mpi;

/// <summary>
/// The calls of Open MPI that the collectives need (MPI standard 3.1, chapters 5 and 8), bound at run time. Handles are addresses
/// of the library's exported objects, as its <c>mpi.h</c> defines them.
/// </summary>
internal sealed unsafe partial class MpiLibrary
{
    private const int Serialized = 2; // MPI_THREAD_SERIALIZED
    private const int Multiple = 3; // MPI_THREAD_MULTIPLE
    private const int LongestMessage = 256; // MPI_MAX_ERROR_STRING
    private readonly nint _library;
    private readonly nint _world;
    private readonly nint _sum;
    private readonly delegate* unmanaged<void*, void*, int, nint, nint, nint, int> _allReduce;
    private readonly delegate* unmanaged<void*, int, nint, void*, int, nint, nint, int> _allGather;
    private readonly delegate* unmanaged<void*, int, nint, int, nint, int> _broadcast;
    private readonly delegate* unmanaged<nint, int> _barrier;

    private MpiLibrary(nint library)
    {
        _library = library;
        (_world, _sum) = (Export("ompi_mpi_comm_world"), Export("ompi_mpi_op_sum"));
        (Bytes, Float32, Float64, Int64) = (Export("ompi_mpi_byte"), Export("ompi_mpi_float"), Export("ompi_mpi_double"), Export("ompi_mpi_int64_t"));
        _allReduce = (delegate* unmanaged<void*, void*, int, nint, nint, nint, int>)Export("MPI_Allreduce");
        _allGather = (delegate* unmanaged<void*, int, nint, void*, int, nint, nint, int>)Export("MPI_Allgather");
        _broadcast = (delegate* unmanaged<void*, int, nint, int, nint, int>)Export("MPI_Bcast");
        _barrier = (delegate* unmanaged<nint, int>)Export("MPI_Barrier");
    }

    internal nint Bytes { get; }

    internal nint Float32 { get; }

    internal nint Float64 { get; }

    internal nint Int64 { get; }

    /// <summary>Loads the library.</summary>
    /// <exception cref="MpiException">It was not found.</exception>
    internal static MpiLibrary Load()
    {
        var paths = MpiLocations.Libraries();
        foreach (var path in OperatingSystem.IsWindows() ? [] : paths)
        {
            // Open MPI's own plug-ins need its symbols to be global.
            if (GlobalLibrary.Open(path) is var library and not 0)
            {
                return new MpiLibrary(library);
            }
        }

        throw MpiException.NotFound("The library", paths);
    }

    /// <summary>Starts MPI in this process. Without mpirun the process is the only rank.</summary>
    internal (int Rank, int Size) Start()
    {
        int rank = 0, size = 1, given = 0;
        Check("MPI_Init_thread", ((delegate* unmanaged<nint, nint, int, int*, int>)Export("MPI_Init_thread"))(0, 0, Multiple, &given));
        if (given < Serialized)
        {
            throw new MpiException("MPI_Init_thread failed: this build of Open MPI does not allow calls from several threads.");
        }

        // MPI_ERRORS_RETURN: otherwise a failed call ends the process without an exception.
        Check("MPI_Comm_set_errhandler", ((delegate* unmanaged<nint, nint, int>)Export("MPI_Comm_set_errhandler"))(_world, Export("ompi_mpi_errors_return")));
        Check("MPI_Comm_rank", ((delegate* unmanaged<nint, int*, int>)Export("MPI_Comm_rank"))(_world, &rank));
        Check("MPI_Comm_size", ((delegate* unmanaged<nint, int*, int>)Export("MPI_Comm_size"))(_world, &size));
        return (rank, size);
    }

    internal bool IsStarted()
    {
        var started = 0;
        Check("MPI_Initialized", ((delegate* unmanaged<int*, int>)Export("MPI_Initialized"))(&started));
        return started != 0;
    }

    internal void Finish() => Check("MPI_Finalize", ((delegate* unmanaged<int>)Export("MPI_Finalize"))());

    internal void AllReduceSum(void* values, int count, nint type) =>
        Check("MPI_Allreduce", _allReduce((void*)1, values, count, type, _sum, _world)); // MPI_IN_PLACE = 1

    internal void AllGather(void* own, int count, void* all) => Check("MPI_Allgather", _allGather(own, count, Bytes, all, count, Bytes, _world));

    internal void Broadcast(void* values, int count, int root) => Check("MPI_Bcast", _broadcast(values, count, Bytes, root, _world));

    internal void Barrier() => Check("MPI_Barrier", _barrier(_world));

    private nint Export(string name) => NativeLibrary.GetExport(_library, name);

    private void Check(string operation, int code)
    {
        if (code == 0)
        {
            return;
        }

        var text = stackalloc byte[LongestMessage];
        var length = 0;
        _ = ((delegate* unmanaged<int, byte*, int*, int>)Export("MPI_Error_string"))(code, text, &length);
        throw new MpiException($"{operation} failed: {Encoding.UTF8.GetString(text, length)}");
    }

    /// <summary><c>dlopen</c> with global symbols, which NativeLibrary does not offer.</summary>
    private static partial class GlobalLibrary
    {
        private const int Now = 2;

        private static int Global => OperatingSystem.IsMacOS() ? 8 : 0x100;

        internal static nint Open(string path)
        {
            try
            {
                return Open(path, Now | Global);
            }
            catch (Exception e) when (e is EntryPointNotFoundException or DllNotFoundException)
            {
                // Before glibc 2.34 dlopen was in libdl.
                return OpenOld(path, Now | Global);
            }
        }

        [LibraryImport("libc", EntryPoint = "dlopen", StringMarshalling = StringMarshalling.Utf8)]
        private static partial nint Open(string path, int flags);

        [LibraryImport("libdl.so.2", EntryPoint = "dlopen", StringMarshalling = StringMarshalling.Utf8)]
        private static partial nint OpenOld(string path, int flags);
    }
}
