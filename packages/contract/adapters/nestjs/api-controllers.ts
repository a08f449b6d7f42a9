import { Caller, Protect } from '@aauth-guard/nestjs'
import { All, Controller, Get, NotFoundException, Param } from '@nestjs/common'
import { demands } from '../../api.ts'
import { tell, type Who } from './tell.ts'

@Controller(['api', 'v2'])
@Protect(demands.anyone)
export class ApiController {
  @Get('x')
  x(@Caller() who: Who): string {
    return tell(who)
  }

  @Get('items/:id')
  item(@Caller() who: Who, @Param('id') id: string): string {
    return `${tell(who)} reads ${id}`
  }

  @Get('deep/x')
  deep(@Caller() who: Who): string {
    return tell(who)
  }
}

@Controller('mounted')
@Protect(demands.anyone)
export class MountedController {
  @Get('x')
  x(@Caller() who: Who): string {
    return tell(who)
  }
}

/** Guards run for routes only, so all paths that are left are a route. */
@Controller()
@Protect(demands.anyone)
export class NowhereController {
  @All('*')
  nowhere(): never {
    throw new NotFoundException('nothing here')
  }
}
