// Numbers that may travel: finite and within the wire's bound.
using System;

namespace VibeSync.Core
{
    /// <summary>Guards against NaN, infinities and absurd magnitudes.</summary>
    public static class Finite
    {
        /// <summary>The schema's bound on every number.</summary>
        private const double k_NumberMax = 1e30;

        public static bool IsFinite(object value)
        {
            if (value is double) return IsFinite((double)value);
            var numbers = value as double[];
            return numbers == null || Array.TrueForAll(numbers, IsFinite);
        }

        private static bool IsFinite(double value)
        {
            return Math.Abs(value) <= k_NumberMax;
        }
    }
}
