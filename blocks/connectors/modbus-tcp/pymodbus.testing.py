# A Modbus server of pymodbus: `python3 pymodbus.testing.py <port> tcp|rtu`. Units 1 and 2; `1/holding/100` is 7.5 as float32.
import asyncio
import sys

from pymodbus.datastore import ModbusSequentialDataBlock, ModbusServerContext, ModbusSlaveContext
from pymodbus.server.async_io import StartAsyncTcpServer
from pymodbus.transaction import ModbusRtuFramer, ModbusSocketFramer

port, framing = int(sys.argv[1]), sys.argv[2]


def unit(number):
    holding = [0] * 200
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
