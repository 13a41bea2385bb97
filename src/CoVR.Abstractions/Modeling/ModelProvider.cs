namespace CoVR.Modeling;

/// <summary>Provides the loaded model of a pipeline; <c>UseModel</c> and <c>UseBlip</c> register one.</summary>
/// <remarks>Safe for use from several threads.</remarks>
public interface IModelProvider
{
    /// <summary>Loads the model at the first call; concurrent and later calls get the same one. A failed load is repeated by the next call.</summary>
    /// <param name="cancellationToken">Ends this wait. The load itself is cancelled when no caller is waiting for it; partial downloads are kept.</param>
    /// <returns>The model. It belongs to the provider, which disposes it.</returns>
    /// <exception cref="ObjectDisposedException">The provider was disposed.</exception>
    /// <exception cref="CheckpointException">The weights cannot be found, downloaded or read, or are those of another model.</exception>
    /// <exception cref="Microsoft.Extensions.Options.OptionsValidationException">The options have faults; the message lists all of them.</exception>
    ValueTask<ComposedModel> GetAsync(CancellationToken cancellationToken = default);
}

/// <summary>Loads a model once, on first use, for all callers.</summary>
/// <param name="load">Loads the model; its token is cancelled when the last caller stops waiting.</param>
internal sealed class ModelProvider(Func<CancellationToken, ValueTask<ComposedModel>> load) : IModelProvider, IDisposable
{
    private readonly Lock _gate = new();
    private Loading? _current;
    private bool _disposed;

    /// <inheritdoc/>
    public ValueTask<ComposedModel> GetAsync(CancellationToken cancellationToken = default)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            if (_current is { Model.IsCompletedSuccessfully: true } loaded)
            {
                return new ValueTask<ComposedModel>(loaded.Model);
            }

            if (cancellationToken.IsCancellationRequested)
            {
                return ValueTask.FromCanceled<ComposedModel>(cancellationToken);
            }

            if (_current is null or { Model.IsCompleted: true })
            {
                _current = new Loading(load);
            }

            _current.Waiting++;
            return WaitAsync(_current, cancellationToken);
        }
    }

    /// <summary>Disposes the model, once its running calls have ended, and ends a load.</summary>
    public void Dispose()
    {
        Loading? last;
        lock (_gate)
        {
            (last, _current, _disposed) = (_current, null, true);
        }

        last?.Abandon();
    }

    private async ValueTask<ComposedModel> WaitAsync(Loading loading, CancellationToken cancellationToken)
    {
        try
        {
            return await loading.Model.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (_disposed && !cancellationToken.IsCancellationRequested)
        {
            throw new ObjectDisposedException(nameof(ModelProvider));
        }
        finally
        {
            Leave(loading);
        }
    }

    private void Leave(Loading loading)
    {
        lock (_gate)
        {
            if (--loading.Waiting > 0 || loading.Model.IsCompleted)
            {
                return;
            }

            _current = _current == loading ? null : _current;
        }

        loading.Abandon();
    }

    private sealed class Loading
    {
        private readonly CancellationTokenSource _stop = new();

        public Loading(Func<CancellationToken, ValueTask<ComposedModel>> load) => Model = load(_stop.Token).AsTask();

        public Task<ComposedModel> Model { get; }

        public int Waiting { get; set; }

        /// <summary>Ends the load; a model that is there, or comes all the same, is disposed.</summary>
        public void Abandon()
        {
            if (Model.IsCompletedSuccessfully)
            {
                Model.Result.Dispose();
                return;
            }

            _stop.Cancel();
            _ = Model.ContinueWith(
                model => model.Result.Dispose(), CancellationToken.None, TaskContinuationOptions.OnlyOnRanToCompletion, TaskScheduler.Default);
        }
    }
}
