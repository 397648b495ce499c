// Unit and conformance tests of the package's Core, without Unity: `mono Tests.exe <folder of vectors>`.
//
// A test is a public static method of a class whose name ends in Tests; it fails by throwing. The last line is `N
// passed, N failed`.
using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Reflection;

namespace VibeSync.Tests
{
    public static class Program
    {
        /// <summary>shared/protocol/vectors.</summary>
        public static string VectorFolder { get; private set; }

        public static int Main(string[] args)
        {
            VectorFolder = Path.GetFullPath(args[0]);
            int passed = 0, failed = 0;
            const BindingFlags flags = BindingFlags.Static | BindingFlags.Public;
            foreach (MethodInfo test in Suites().SelectMany(type => type.GetMethods(flags)))
            {
                string error = ErrorOrNull(test);
                if (error == null) passed++;
                else failed++;
                if (error != null)
                {
                    Console.WriteLine("FAIL " + test.DeclaringType.Name + "." + test.Name + "\n  " + error);
                }
            }
            Console.WriteLine(passed + " passed, " + failed + " failed");
            return failed == 0 ? 0 : 1;
        }

        private static IEnumerable<Type> Suites()
        {
            Type[] types = Assembly.GetExecutingAssembly().GetTypes();
            return types.Where(type => type.Name.EndsWith("Tests", StringComparison.Ordinal));
        }

        private static string ErrorOrNull(MethodInfo test)
        {
            try
            {
                test.Invoke(null, null);
                return null;
            }
            catch (TargetInvocationException exception)
            {
                return exception.InnerException.ToString();
            }
        }
    }

    public static class Expect
    {
        public static void That(bool isTrue, string what)
        {
            if (!isTrue) throw new Exception(what);
        }

        public static void Equal(object expected, object actual, string what)
        {
            if (!Equals(expected, actual)) throw new Exception(what + ": expected " + expected + ", was " + actual);
        }
    }
}
