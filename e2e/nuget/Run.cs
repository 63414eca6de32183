// Runs a program of .NET and ends when it has returned.
//
// Mono waits for its idle workers before it ends, and about every twentieth time it fails to wake
// one of those that NuGet's own programs leave behind: then it sits there for most of a minute,
// all work done.

using System;
using System.Runtime.InteropServices;

internal static class Run
{
    [DllImport("libc")]
    private static extern void _exit(int code);

    private static void Main(string[] words)
    {
        string[] rest = new string[words.Length - 1];
        Array.Copy(words, 1, rest, 0, rest.Length);
        int code = AppDomain.CurrentDomain.ExecuteAssembly(words[0], rest);
        Console.Out.Flush();
        Console.Error.Flush();
        _exit(code);
    }
}
