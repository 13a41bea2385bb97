using System.Numerics;
using System.Text;

namespace CoVR.Modeling.Checkpoints.Pickle;

/// <summary>The instructions of pickles, by their byte.</summary>
internal static class PickleOpcodes
{
    private const int HighestProtocol = 5;
    private const int NameLength = 512;
    private const int LongestInteger = 256;

    /// <summary>An instruction for each byte, or null where none is allowed.</summary>
    public static Action<PickleMachine>?[] Table { get; } = Build();

    private static Action<PickleMachine>?[] Build()
    {
        var table = new Action<PickleMachine>?[256];
        AddConstants(table);
        AddTexts(table);
        AddContainers(table);
        AddMemory(table);
        AddObjects(table);
        return table;
    }

    private static void AddConstants(Action<PickleMachine>?[] table)
    {
        table[0x80] = machine => CheckProtocol(machine, machine.Input.ReadByte());
        table[0x95] = machine => _ = machine.Input.ReadInt64();
        table['.'] = machine => machine.Stop();
        table['N'] = machine => machine.Push(null);
        table[0x88] = machine => machine.Push(true);
        table[0x89] = machine => machine.Push(false);
        table['K'] = machine => PushNumber(machine, (long)machine.Input.ReadByte());
        table['M'] = machine => PushNumber(machine, (long)machine.Input.ReadUInt16());
        table['J'] = machine => PushNumber(machine, (long)machine.Input.ReadInt32());
        table['G'] = machine => PushNumber(machine, machine.Input.ReadBigEndianDouble());
        table[0x8a] = machine => PushInteger(machine, machine.Input.ReadByte());
        table[0x8b] = machine => PushInteger(machine, machine.Input.ReadUInt32());
    }

    private static void AddTexts(Action<PickleMachine>?[] table)
    {
        table['X'] = machine => PushText(machine, machine.Input.ReadUInt32());
        table[0x8c] = machine => PushText(machine, machine.Input.ReadByte());
        table[0x8d] = machine => PushText(machine, machine.Input.ReadInt64());
        table['U'] = machine => PushLatin1(machine, machine.Input.ReadByte());
        table['T'] = machine => PushLatin1(machine, machine.Input.ReadUInt32());
        table['C'] = machine => PushBytes(machine, machine.Input.ReadByte());
        table['B'] = machine => PushBytes(machine, machine.Input.ReadUInt32());
        table[0x8e] = machine => PushBytes(machine, machine.Input.ReadInt64());
        table[0x96] = machine => PushBytes(machine, machine.Input.ReadInt64());
    }

    private static void AddContainers(Action<PickleMachine>?[] table)
    {
        table['('] = machine => machine.Mark();
        table['0'] = machine => _ = machine.Pop();
        table['1'] = machine => _ = machine.PopToMark();
        table['2'] = machine => machine.Push(machine.Peek());
        table[')'] = machine => machine.Push(Array.Empty<object?>());
        table['t'] = machine => machine.Push(machine.PopToMark());
        table[0x85] = machine => PushTuple(machine, 1);
        table[0x86] = machine => PushTuple(machine, 2);
        table[0x87] = machine => PushTuple(machine, 3);
        table[']'] = machine => PushNew(machine, new List<object?>());
        table['l'] = machine => machine.Push(new List<object?>(machine.PopToMark()));
        table['a'] = machine => PickleContainers.Append(machine, [machine.Pop()]);
        table['e'] = machine => PickleContainers.Append(machine, machine.PopToMark());
        table['}'] = machine => PushNew(machine, PickleContainers.NewDictionary());
        table['d'] = machine => PickleContainers.PushDictionary(machine, machine.PopToMark());
        table['s'] = PickleContainers.SetItem;
        table['u'] = machine => PickleContainers.SetItems(machine, machine.PopToMark());
        table[0x8f] = machine => PushNew(machine, PickleContainers.NewSet());
        table[0x90] = machine => PickleContainers.AddItems(machine, machine.PopToMark());
        table[0x91] = machine => machine.Push(PickleContainers.NewSet(machine, machine.PopToMark()));
    }

    private static void AddMemory(Action<PickleMachine>?[] table)
    {
        table['q'] = machine => machine.Remember(machine.Input.ReadByte());
        table['r'] = machine => machine.Remember(machine.Input.ReadUInt32());
        table[0x94] = machine => machine.Remember(machine.Remembered);
        table['h'] = machine => machine.Recall(machine.Input.ReadByte());
        table['j'] = machine => machine.Recall(machine.Input.ReadUInt32());
    }

    private static void AddObjects(Action<PickleMachine>?[] table)
    {
        table['c'] = machine => PushGlobal(machine, machine.Input.ReadLine(NameLength), machine.Input.ReadLine(NameLength));
        table[0x93] = PushNamedGlobal;
        table['Q'] = machine => machine.Push(machine.World.Resolve(machine.Pop(), machine.Position));
        table['R'] = Call;
        table[0x81] = Make;
        table[0x92] = machine =>
        {
            _ = machine.Pop();
            Make(machine);
        };
        table['b'] = PickleContainers.SetState;
    }

    private static void CheckProtocol(PickleMachine machine, byte protocol)
    {
        if (protocol > HighestProtocol)
        {
            throw machine.Error($"pickle protocol {protocol} is unknown");
        }
    }

    private static void PushInteger(PickleMachine machine, long count)
    {
        var value = new BigInteger(machine.Input.ReadBytes(count, LongestInteger));
        PushNumber(machine, value >= long.MinValue && value <= long.MaxValue ? (object)(long)value : value);
    }

    private static void PushNumber(PickleMachine machine, object value)
    {
        machine.Charge(PickleCosts.Number);
        machine.Push(value);
    }

    private static void PushNew(PickleMachine machine, object container)
    {
        machine.Charge(PickleCosts.Container);
        machine.Push(container);
    }

    private static void PushText(PickleMachine machine, long count)
    {
        var text = machine.Input.ReadText(count, machine.Limits.TextBytes);
        machine.Charge(PickleCosts.Of(text));
        machine.Push(text);
    }

    private static void PushLatin1(PickleMachine machine, long count)
    {
        var text = Encoding.Latin1.GetString(machine.Input.ReadBytes(count, machine.Limits.TextBytes));
        machine.Charge(PickleCosts.Of(text));
        machine.Push(text);
    }

    private static void PushBytes(PickleMachine machine, long count)
    {
        var bytes = machine.Input.ReadBytes(count, machine.Limits.TextBytes);
        machine.Charge(PickleCosts.Number + bytes.Length);
        machine.Push(bytes);
    }

    private static void PushTuple(PickleMachine machine, int count)
    {
        machine.Charge(PickleCosts.Container);
        var values = new object?[count];
        for (var at = count - 1; at >= 0; at--)
        {
            values[at] = machine.Pop();
        }

        machine.Push(values);
    }

    private static void PushNamedGlobal(PickleMachine machine)
    {
        var name = machine.Pop<string>("a name");
        PushGlobal(machine, machine.Pop<string>("a module's name"), name);
    }

    private static void PushGlobal(PickleMachine machine, string module, string name)
    {
        if (module.Length > NameLength || name.Length > NameLength)
        {
            throw machine.Error("a name is too long");
        }

        var global = new PickleGlobal(module, name);
        machine.Charge(PickleCosts.Of(global.FullName));
        machine.Push(global);
    }

    private static void Call(PickleMachine machine)
    {
        var arguments = machine.Pop<object?[]>("a tuple of arguments");
        machine.Charge(PickleCosts.OfCall(arguments));
        machine.Push(machine.Pop() switch
        {
            PickleGlobal function => machine.World.Call(function, arguments, machine.Position),
            CheckpointObject inert => new CheckpointObject(inert.Class, arguments, isCall: true),
            _ => throw machine.Error("something is called that has no name"),
        });
    }

    private static void Make(PickleMachine machine)
    {
        var arguments = machine.Pop<object?[]>("a tuple of arguments");
        machine.Charge(PickleCosts.Object);
        machine.Push(new CheckpointObject(machine.Pop<PickleGlobal>("a class").FullName, arguments, isCall: false));
    }
}
