// Makes stamps: lamport x 16 + writer. [WIRE-8] The next stamp is above every stamp this editor has seen or made, so
// that what the user does now wins over everything that was known when it was done.
using System;

namespace VibeSync.Core
{
    /// <summary>The editor's lamport clock.</summary>
    public sealed class StampClock
    {
        private const long k_WritersPerLamport = 16;
        private long m_Highest;

        /// <summary>The highest stamp seen or made.</summary>
        public long Highest
        {
            get { return m_Highest; }
        }

        public void Observe(long stamp)
        {
            m_Highest = Math.Max(m_Highest, stamp);
        }

        public long Next()
        {
            m_Highest = (m_Highest / k_WritersPerLamport + 1) * k_WritersPerLamport + Generated.Writers.Unity;
            return m_Highest;
        }
    }
}
