# A Modbus server of pymodbus: `python3 pymodbus.testing.py <port> tcp|rtu`. Units 1 and 2; `1/holding/100` is 7.5 as float32.
import asyncio
import sys

from pymodbus.datastore import ModbusSequentialDataBlock, ModbusServerContext, ModbusSlaveContext
from pymodbus.constants import Endian
from pymodbus.payload import BinaryPayloadBuilder
from pymodbus.server.async_io import StartAsyncTcpServer
from pymodbus.transaction import ModbusRtuFramer, ModbusSocketFramer

port, framing = int(sys.argv[1]), sys.argv[2]


ORDERS = {
    "abcd": (Endian.Big, Endian.Big),
    "cdab": (Endian.Big, Endian.Little),
    "badc": (Endian.Little, Endian.Big),
    "dcba": (Endian.Little, Endian.Little),
}


def built(order, add):
    byteorder, wordorder = ORDERS[order]
    builder = BinaryPayloadBuilder(byteorder=byteorder, wordorder=wordorder)
    add(builder)
    return builder.to_registers()


def unit(number):
    holding = [0] * 400
    # 200, 220, 240, 260: each type in one order, written by pymodbus' own builder
    for i, order in enumerate(ORDERS):
        registers = []
        registers += built(order, lambda b: b.add_32bit_float(123456.789))
        registers += built(order, lambda b: b.add_32bit_int(-123456789))
        registers += built(order, lambda b: b.add_64bit_float(-2.5e300))
        registers += built(order, lambda b: b.add_64bit_int(-1234567890123456))
        registers += built(order, lambda b: b.add_64bit_uint(9007199254740991))
        holding[200 + 20 * i : 200 + 20 * i + len(registers)] = registers
    # “Pump 7” as add_string of pymodbus puts it, and bits 0, 3 and 15
    holding[300:304] = built("abcd", lambda b: b.add_string("Pump 7\0\0"))
    holding[310] = 0x8009
    holding[10] = 650
    holding[100], holding[101] = 0x40F0, 0x0000
    holding[102] = number
    return ModbusSlaveContext(
        co=ModbusSequentialDataBlock(0, [True] + [False] * 15),
        di=ModbusSequentialDataBlock(0, [False] * 16),
        ir=ModbusSequentialDataBlock(0, [0] * 7 + [0xFFF6] + [0] * 8),
        hr=ModbusSequentialDataBlock(0, holding),
        zero_mode=True,
    )


async def main():
    context = ModbusServerContext(slaves={1: unit(1), 2: unit(2)}, single=False)
    framer = ModbusRtuFramer if framing == "rtu" else ModbusSocketFramer
    await StartAsyncTcpServer(context=context, address=("127.0.0.1", port), framer=framer, allow_reuse_address=True)


asyncio.run(main())
