// When two values are the same value, as shared/math/epsilon.ts decides it. [WIRE-18] Below these tolerances nothing is
// sent.
using System;

namespace VibeSync.Core
{
    /// <summary>Compares canonical values within their field's tolerance.</summary>
    public static class Epsilon
    {
        public static bool IsSame(string field, object a, object b)
        {
            if (Equals(a, b)) return true;
            string tolerance = FieldTable.Spec(field).Tolerance;
            if (a is double && b is double) return IsSameNumber(tolerance, (double)a, (double)b);
            if (a is string[] && b is string[]) return IsSameSet((string[])a, (string[])b);
            var left = a as double[];
            var right = b as double[];
            if (left == null || right == null || left.Length != right.Length) return false;
            if (tolerance == "rotation") return IsSameRotation(left, right);
            for (int index = 0; index < left.Length; index++)
            {
                if (!IsSameNumber(tolerance, left[index], right[index])) return false;
            }
            return true;
        }

        private static bool IsSameNumber(string tolerance, double a, double b)
        {
            double distance = Math.Abs(a - b);
            double magnitude = Math.Max(Math.Abs(a), Math.Abs(b));
            switch (tolerance)
            {
                case "length":
                    return distance <= Math.Max(Generated.LengthEpsilon, Generated.LengthRelativeEpsilon * magnitude);
                case "ratio": return distance <= Generated.RatioEpsilon * Math.Max(1, magnitude);
                case "color": return distance <= Generated.ColorEpsilon;
                default: return a == b;
            }
        }

        private static bool IsSameRotation(double[] a, double[] b)
        {
            double dot = a[0] * b[0] + a[1] * b[1] + a[2] * b[2] + a[3] * b[3];
            return 1 - Math.Abs(dot) <= Generated.RotationEpsilon;
        }

        private static bool IsSameSet(string[] a, string[] b)
        {
            if (a.Length != b.Length) return false;
            for (int index = 0; index < a.Length; index++)
            {
                if (a[index] != b[index]) return false;
            }
            return true;
        }
    }
}
